#include "dtheta/math/panel_gemm.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "support/instruction_sets.hpp"
#include "support/numbers.hpp"

namespace dtheta {
namespace {

struct Sizes {
  Size m, n, k;
};

/// Odd, prime and power-of-two sizes; beyond a tile, a panel and a block of rows each.
constexpr Sizes all_sizes[] = {{1, 1, 1},    {5, 7, 3},     {6, 16, 9},     {7, 17, 31},
                               {13, 33, 64}, {24, 8, 129},  {29, 6, 40},    {25, 8, 40},
                               {3, 100, 70}, {31, 65, 520}, {25, 130, 530}, {2, 19, 1031}};

std::size_t count(Size size) { return static_cast<std::size_t>(size); }

/// a {m, k} · b {k, n} + c, element by element: one chain of fused multiply-adds in the order of k.
template <class T>
std::vector<T> chained(const Sizes& s, const std::vector<T>& a, const std::vector<T>& b,
                       std::vector<T> c) {
  for (Size i = 0; i < s.m; ++i) {
    for (Size j = 0; j < s.n; ++j) {
      T& sum = c[count(i * s.n + j)];
      for (Size p = 0; p < s.k; ++p) {
        sum = std::fma(a[count(i * s.k + p)], b[count(p * s.n + j)], sum);
      }
    }
  }
  return c;
}

template <class T>
std::vector<T> transpose(const std::vector<T>& a, Size rows, Size columns) {
  std::vector<T> t(a.size());
  for (Size i = 0; i < rows; ++i) {
    for (Size j = 0; j < columns; ++j) t[count(j * rows + i)] = a[count(i * columns + j)];
  }
  return t;
}

template <class T>
std::vector<T> packed(const Factor<T>& b) {
  std::vector<T> panels(count(b.rows() * panel_padded<T>(b.columns())), T{-1});
  pack_panels<T>(b, panels.data(), b.rows() * panel_width<T>());
  return panels;
}

/// Whether the instruction set in use rounds a multiply-add once: (1 + ε)² − (1 + 2ε) is ε², not 0.
template <class T>
bool fuses() {
  const T epsilon = std::numeric_limits<T>::epsilon();
  const T a = 1 + epsilon;
  T c = -(1 + 2 * epsilon);
  const auto panels = packed<T>(View<const T>(&a, {1, 1}));
  panel_gemm<T>(1, 1, 1, {&a, 1, 1}, PanelFactor<T>::packed(panels.data(), 1), &c, 1, true);
  return c != 0;
}

// AVX2 and AVX-512 fuse, and give every bit of the chain; plain x86-64 rounds twice.
template <class T>
void expect_chain(std::span<const T> found, const std::vector<T>& wanted) {
  if (fuses<T>()) {
    EXPECT_TRUE(std::ranges::equal(found, wanted));
    return;
  }
  EXPECT_LT(relative_error(found, std::span<const T>(wanted)),
            32 * static_cast<double>(std::numeric_limits<T>::epsilon()));
}

template <class T>
void check_products(const Sizes& s) {
  SCOPED_TRACE(testing::Message() << s.m << " x " << s.n << " x " << s.k);
  const auto a = random_numbers<T>(count(s.m * s.k), 1);
  const auto b = random_numbers<T>(count(s.k * s.n), 2);
  const auto start = random_numbers<T>(count(s.m * s.n), 3);
  const auto a_transposed = transpose(a, s.m, s.k);
  const auto b_transposed = transpose(b, s.k, s.n);
  const StridedFactor<T> rows{a.data(), s.k, 1}, columns{a_transposed.data(), 1, s.m};
  const auto panels = packed<T>(View<const T>(b.data(), {s.k, s.n}));
  const auto same_panels = packed<T>(transposed(View<const T>(b_transposed.data(), {s.n, s.k})));
  EXPECT_EQ(panels, same_panels);
  const auto factor = PanelFactor<T>::packed(panels.data(), s.k);

  std::vector<T> c(start.size(), std::numeric_limits<T>::quiet_NaN());
  panel_gemm(s.m, s.n, s.k, rows, factor, c.data(), s.n, false);
  expect_chain<T>(c, chained(s, a, b, std::vector<T>(c.size(), T{0})));
  std::vector<T> again(start.size());
  panel_gemm(s.m, s.n, s.k, columns, factor, again.data(), s.n, false);
  EXPECT_EQ(again, c);
  const Size height = panel_height<T>();
  std::vector<T> tiles(count((s.m + height - 1) / height * height * s.k), T{-1});
  pack_rows<T>(View<const T>(a_transposed.data(), {s.k, s.m}), tiles.data(), s.k * height);
  panel_gemm(s.m, s.n, s.k, StridedFactor<T>::packed(tiles.data(), s.k * height), factor,
             again.data(), s.n, false);
  EXPECT_EQ(again, c);

  c = start;
  panel_gemm(s.m, s.n, s.k, rows, factor, c.data(), s.n, true);
  expect_chain<T>(c, chained(s, a, b, start));
}

TEST(PanelGemm, MultipliesOddShapesInFloat) {
  for_each_instruction_set([] { std::ranges::for_each(all_sizes, check_products<float>); });
}

TEST(PanelGemm, MultipliesOddShapesInDouble) {
  for_each_instruction_set([] { std::ranges::for_each(all_sizes, check_products<double>); });
}

TEST(PanelGemm, ReadsAMatrixWithWideRowsAndWritesOnlyItsColumns) {
  const Sizes s{7, 21, 10};
  const Size stride = panel_padded<float>(s.n), c_stride = s.n + 3;
  const auto a = random_numbers<float>(count(s.m * s.k), 1);
  const auto wide = random_numbers<float>(count(s.k * stride), 2);
  std::vector<float> b;
  for (Size p = 0; p < s.k; ++p) {
    const auto row = wide.begin() + p * stride;
    b.insert(b.end(), row, row + s.n);
  }
  std::vector<float> c(count(s.m * c_stride), 99);
  panel_gemm<float>(s.m, s.n, s.k, {a.data(), s.k, 1},
                    PanelFactor<float>::matrix(wide.data(), stride), c.data(), c_stride, false);
  const auto wanted = chained(s, a, b, std::vector<float>(count(s.m * s.n), 0));
  for (Size i = 0; i < s.m; ++i) {
    expect_chain<float>(std::span<const float>(c).subspan(count(i * c_stride), count(s.n)),
                        {wanted.begin() + i * s.n, wanted.begin() + (i + 1) * s.n});
    for (Size j = s.n; j < c_stride; ++j) EXPECT_EQ(c[count(i * c_stride + j)], 99);
  }
}

// Windows of a convolution: three runs of five numbers, a row of seven positions with stride 2.
TEST(PanelGemm, ReadsWindowsInPlace) {
  const Sizes s{7, 0, 15};
  const auto x = random_numbers<float>(60, 1);
  const StridedFactor<float> windows{
      .data = x.data(), .row_stride = 2, .segment = 5, .segment_stride = 20};
  std::vector<float> a;
  for (Size i = 0; i < s.m; ++i) {
    for (Size p = 0; p < s.k; ++p) a.push_back(x[count(i * 2 + p / 5 * 20 + p % 5)]);
  }
  for_each_instruction_set([&] {
    for (const Size n : {1, 3, 6, 8, 16, 21, 64}) {
      const auto b = random_numbers<float>(count(s.k * n), 2);
      const auto panels = packed<float>(View<const float>(b.data(), {s.k, n}));
      std::vector<float> c(count(s.m * n + 5), 99);
      panel_gemm<float>(s.m, n, s.k, windows, PanelFactor<float>::packed(panels.data(), s.k),
                        c.data(), n, false);
      const Sizes sizes{s.m, n, s.k};
      expect_chain<float>(std::span<const float>(c).first(count(s.m * n)),
                          chained(sizes, a, b, std::vector<float>(count(s.m * n), 0)));
      EXPECT_EQ(std::vector<float>(c.end() - 5, c.end()), std::vector<float>(5, 99)) << n;
    }
  });
}

// What makes the result independent of how samples are cut into shards' calls.
TEST(PanelGemm, GivesARowTheSameBitsAloneAndAmongOthers) {
  const Sizes s{29, 40, 300};
  const auto a = random_numbers<float>(count(s.m * s.k), 1);
  const auto b = random_numbers<float>(count(s.k * s.n), 2);
  const auto panels = packed<float>(View<const float>(b.data(), {s.k, s.n}));
  const auto factor = PanelFactor<float>::packed(panels.data(), s.k);
  std::vector<float> together(count(s.m * s.n)), alone(together.size());
  panel_gemm<float>(s.m, s.n, s.k, {a.data(), s.k, 1}, factor, together.data(), s.n, false);
  for (Size i = 0; i < s.m; ++i) {
    panel_gemm<float>(1, s.n, s.k, {a.data() + i * s.k, s.k, 1}, factor, alone.data() + i * s.n,
                      s.n, false);
  }
  EXPECT_EQ(together, alone);
}

}  // namespace
}  // namespace dtheta
