#include "dtheta/core/view.hpp"

#include <cstdint>

#include <gtest/gtest.h>

#include "dtheta/core/aligned_buffer.hpp"

namespace dtheta {
namespace {

TEST(AlignedBuffer, BeginsAtZeroOnACacheLineAndCopiesItsNumbers) {
  AlignedBuffer<float> a(5);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a.data()) % AlignedBuffer<float>::alignment, 0U);
  for (const float x : a.span()) EXPECT_EQ(x, 0);
  a[3] = 7;
  AlignedBuffer<float> copy = a;
  a[3] = 8;
  EXPECT_EQ(copy[3], 7);
  const AlignedBuffer<float> moved = std::move(copy);
  EXPECT_EQ(moved[3], 7);
  EXPECT_EQ(moved.size(), 5);
}

TEST(View, SlicesRowsAndReshapes) {
  AlignedBuffer<int> numbers(12);
  for (Size i = 0; i < 12; ++i) numbers[i] = static_cast<int>(i);
  const View<int> all = numbers.view({3, 2, 2});
  const View<const int> rows = all.rows(1, 2);
  EXPECT_EQ(rows.shape(), (Shape{2, 2, 2}));
  EXPECT_EQ(rows[0], 4);
  EXPECT_EQ(rows.reshaped({8})[7], 11);
  EXPECT_TRUE(View<int>().empty());
  EXPECT_FALSE(all.empty());
}

}  // namespace
}  // namespace dtheta
