/// Data sets as HDF5 files; docs/formats.md has the layouts.
#pragma once

#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "dtheta/core/error.hpp"
#include "dtheta/core/shape.hpp"
#include "dtheta/data/splits.hpp"
#include "dtheta/storage/sandbox.hpp"

namespace dtheta {

/// How pictures lie in a file: N samples, H height, W width, C channels, outermost first.
enum class PictureLayout { nhw, nhwc, nchw };

/// What targets mean.
enum class Task { classification, regression };

/// How a caller wants a file read: what the file does not tell, which goes before what is
/// recognised, how much of it is kept, and who reads it.
struct DatasetReading {
  /// The paths of samples and targets, both or neither. "{split}" in both stands for the parts'
  /// names; without it they are a part for training.
  std::string x = {};
  std::string y = {};
  std::optional<PictureLayout> layout = {};
  /// {H, W, C}: what samples are that lie in the file as rows of H·W·C numbers.
  std::optional<Shape> input_shape = {};
  std::optional<Task> task = {};
  /// Bytes that samples and targets may take in memory. A file with more is streamed.
  Size memory_limit = std::numeric_limits<Size>::max();
  std::optional<Sandbox> sandbox = {};  ///< none: this process reads the file
};

/// The file is HDF5, but no rule finds a data set in it. The message also shows the file's tree.
struct UnknownLayout : DataError {
  UnknownLayout(const std::string& why, const std::string& message)
      : DataError(message), reason(why) {}
  std::string reason;  ///< what was looked for and how to help, without file and tree
};

/// Opens every part of a data set, in its native type, in any of the layouts that docs/formats.md
/// lists. Samples and targets of all parts are read into memory where they fit its limit; else the
/// targets only, and the samples are streamed from the file, which has to stay as it is. Pictures
/// become NHWC, those without channels HxWx1; labels become class numbers. `remarks` of the result
/// tell what was recognised, and by which rule.
///
/// Throws InputOutputError when the file cannot be read, DataError when its content is not a data
/// set: naming the file, the HDF5 object, what was found and what was wanted; UnknownLayout for an
/// unknown layout; UsageError for a reading that cannot be, or targets beyond the limit. Safe from
/// any thread.
DatasetSplits read_dataset(const std::filesystem::path& path, const DatasetReading& reading = {});

/// What each of `samples` samples counts, from the array `place` {N}, {N, 1} or {1, N} of a file.
/// Throws InputOutputError when the file cannot be read, DataError when there is no such array, or
/// its numbers are not as many, not finite, negative or all 0. Safe from any thread.
std::vector<double> read_sample_weights(const std::filesystem::path& path, const std::string& place,
                                        Size samples,
                                        const std::optional<Sandbox>& sandbox = std::nullopt);

/// Writes dtheta's layout, atomically, from samples in memory. The same data gives the same bytes.
/// `compression` is gzip's level from 1 to 9 (with shuffled bytes), or 0 for none. Throws DataError
/// when there is no part, an empty one, or parts of different classes; else as AtomicFile.
void write_dataset(const std::filesystem::path& path, const DatasetSplits& splits,
                   int compression = 0);

}  // namespace dtheta
