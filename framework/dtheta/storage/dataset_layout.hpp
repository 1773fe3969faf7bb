/// Where the parts of a data set lie in an HDF5 file.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dtheta/data/splits.hpp"

namespace dtheta {

/// One part: its samples, its targets, and the member that it becomes.
struct PartLayout {
  std::string_view x;
  std::string_view y;
  std::optional<Dataset> DatasetSplits::*part;
};

/// A way to lay a data set out.
struct DatasetLayout {
  std::array<PartLayout, 3> parts;
  std::string_view class_names;
};

inline constexpr DatasetLayout own_layout{
    .parts = {{{"/train/x", "/train/y", &DatasetSplits::train},
               {"/validation/x", "/validation/y", &DatasetSplits::validation},
               {"/test/x", "/test/y", &DatasetSplits::test}}},
    .class_names = "/class_names"};

/// Of a widespread course on deep learning; it has no validation part.
inline constexpr DatasetLayout course_layout{
    .parts = {{{"/train_set_x", "/train_set_y", &DatasetSplits::train},
               {"/validation_set_x", "/validation_set_y", &DatasetSplits::validation},
               {"/test_set_x", "/test_set_y", &DatasetSplits::test}}},
    .class_names = "/list_classes"};

/// The attributes of dtheta's own layout, on the root and on every x.
inline constexpr const char* format_version_attribute = "format_version";
inline constexpr std::int64_t dataset_format_version = 1;
inline constexpr const char* picture_layout_attribute = "layout";
inline constexpr const char* picture_layout = "NHWC";
inline constexpr const char* scale_attribute = "scale";

}  // namespace dtheta
