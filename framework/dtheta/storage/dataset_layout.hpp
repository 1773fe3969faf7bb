/// The layout of the data sets that dtheta writes.
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

inline constexpr std::array own_parts{
    PartLayout{"/train/x", "/train/y", &DatasetSplits::train},
    PartLayout{"/validation/x", "/validation/y", &DatasetSplits::validation},
    PartLayout{"/test/x", "/test/y", &DatasetSplits::test}};
inline constexpr const char* own_class_names = "/class_names";

/// The attributes on the root and on every x.
inline constexpr const char* format_version_attribute = "format_version";
inline constexpr std::int64_t dataset_format_version = 1;
inline constexpr const char* picture_layout_attribute = "layout";
inline constexpr const char* picture_layout = "NHWC";
inline constexpr const char* scale_attribute = "scale";

}  // namespace dtheta
