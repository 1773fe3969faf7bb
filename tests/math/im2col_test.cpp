#include "dtheta/math/im2col.hpp"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "support/numbers.hpp"

namespace dtheta {
namespace {

struct Case {
  Shape sample;
  Extent2d window, stride;
  Padding padding;
};

// Runs of every length that copying treats differently, borders on all sides, gaps between windows.
const Case cases[] = {
    {{5, 7, 1}, {3, 3}, {1, 1}, Padding::valid},  {{5, 7, 1}, {5, 5}, {1, 1}, Padding::same},
    {{6, 5, 3}, {2, 3}, {2, 1}, Padding::same},   {{7, 8, 2}, {3, 2}, {3, 4}, Padding::valid},
    {{4, 9, 29}, {3, 3}, {1, 2}, Padding::same},  {{3, 4, 2}, {7, 9}, {1, 1}, Padding::same},
    {{5, 5, 67}, {1, 1}, {2, 2}, Padding::valid}, {{4, 7, 5}, {4, 7}, {1, 1}, Padding::valid},
    {{13, 11, 1}, {6, 6}, {5, 5}, Padding::same},
};

constexpr Size samples = 3;

/// The number under a tap of a window, straight from the definition.
double number_under(const std::vector<double>& x, const Windows& w, Size position, Size element) {
  const Size j = position % w.horizontal.output;
  const Size i = position / w.horizontal.output % w.vertical.output;
  const Size n = position / w.positions();
  const Size c = element % w.channels;
  const Size s = element / w.channels % w.horizontal.window;
  const Size r = element / w.channels / w.horizontal.window;
  const Size row = i * w.vertical.stride + r - w.vertical.padding;
  const Size column = j * w.horizontal.stride + s - w.horizontal.padding;
  if (row < 0 || row >= w.vertical.input || column < 0 || column >= w.horizontal.input) return 0;
  const Size place = (n * w.vertical.input + row) * w.horizontal.input + column;
  return x[static_cast<std::size_t>(place * w.channels + c)];
}

/// Calls body(windows, x, x's shape, first row, rows) for each case and several ranges of rows.
template <class Body>
void for_each_range(Body&& body) {
  for (const Case& c : cases) {
    const Windows w = slide(c.sample, c.window, c.stride, c.padding);
    const Shape shape = c.sample.batch(samples);
    const auto x = random_numbers<double>(static_cast<std::size_t>(shape.size()), 1);
    const Size all = samples * w.positions();
    for (const auto& [first, rows] :
         {std::pair<Size, Size>{0, all}, {1, all - 2}, {all / 2, 1}, {all / 3, all / 2}}) {
      SCOPED_TRACE(testing::Message() << c.sample.text() << " rows " << first << " + " << rows);
      body(w, x, shape, first, rows);
    }
  }
}

TEST(Im2col, LinesUpTheNumbersOfEachWindow) {
  for_each_range([](const Windows& w, const std::vector<double>& x, const Shape& shape, Size first,
                    Size rows) {
    const Size size = w.window_size();
    std::vector<double> columns(static_cast<std::size_t>(rows * size), 99);
    im2col(View<const double>(x, shape), w, first, View<double>(columns, {rows, size}));
    for (Size k = 0; k < rows * size; ++k) {
      ASSERT_EQ(columns[static_cast<std::size_t>(k)],
                number_under(x, w, first + k / size, k % size))
          << k;
    }
  });
}

TEST(Im2col, HasCol2imForItsAdjoint) {
  for_each_range([](const Windows& w, const std::vector<double>& x, const Shape& shape, Size first,
                    Size rows) {
    const Size size = w.window_size();
    std::vector<double> columns(static_cast<std::size_t>(rows * size));
    im2col(View<const double>(x, shape), w, first, View<double>(columns, {rows, size}));
    const auto dcolumns = random_numbers<double>(columns.size(), 2);
    std::vector<double> dx(x.size(), 0);
    add_col2im(View<const double>(dcolumns, {rows, size}), w, first, View<double>(dx, shape));
    const double by_columns =
        std::inner_product(columns.begin(), columns.end(), dcolumns.begin(), 0.0);
    EXPECT_NEAR(by_columns, std::inner_product(x.begin(), x.end(), dx.begin(), 0.0), 1e-11);
    std::vector<double> twice = dx;
    add_col2im(View<const double>(dcolumns, {rows, size}), w, first, View<double>(twice, shape));
    for (double& number : dx) number *= 2;
    EXPECT_LT(relative_error(std::span(twice), std::span(dx)), 1e-14) << "it overwrites";
  });
}

}  // namespace
}  // namespace dtheta
