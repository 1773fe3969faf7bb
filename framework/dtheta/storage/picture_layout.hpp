/// How stored numbers become pictures {H, W, C}.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dtheta/storage/dataset_file.hpp"

namespace dtheta {

/// "NHW", "NHWC" or "NCHW".
std::string_view layout_name(PictureLayout layout);
/// The layout of that name; none for another text.
std::optional<PictureLayout> layout_named(std::string_view name);

/// How a sample is stored, and what it becomes.
struct SampleForm {
  Shape shape;                      ///< {H, W, C} for pictures, else as stored
  bool has_channels_first = false;  ///< stored {C, H, W}
  std::string remark;               ///< in words, with the reason
};

/// The form of samples that are stored as {shape}, N being the first axis. What the reading says
/// goes before what the file says (`in_file`), and that before what the extents tell: four axes are
/// NCHW when the second is 1, 3 or 4 and the last is neither 1, 2, 3 nor 4, else NHWC. Throws
/// DataError, to follow the dataset's name in a message, when they contradict the shape.
SampleForm sample_form(const Shape& shape, const DatasetReading& reading,
                       std::optional<PictureLayout> in_file);

}  // namespace dtheta
