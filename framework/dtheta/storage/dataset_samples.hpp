/// SampleSource: the samples of one part of a data set, read from their file by rows.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/data/dataset.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/dataset_places.hpp"
#include "dtheta/storage/hdf5_reader.hpp"

namespace dtheta {

/// The samples of one part, whatever order their file keeps them in. Refers to the Reader, which
/// must outlive it. Safe from any thread.
class SampleSource {
 public:
  /// Throws DataError when there are no such samples or they are not what `reading` says.
  SampleSource(const hdf5::Reader& file, const PartPlace& place, const DatasetReading& reading);

  Size size() const { return count_; }
  ElementType type() const { return array_.info.type; }
  /// The shape of a sample: pictures are HxWxC.
  const Shape& sample_shape() const { return sample_; }
  /// Bytes of all samples.
  Size bytes() const { return count_ * sample_.size() * element_size(type()); }
  /// Rows of the whole dataset in the file, of which this part may be some.
  Size stored_rows() const { return array_.info.shape[0]; }
  /// The path of the samples in the file.
  const std::string& name() const { return array_.name; }
  /// What the file says of the network's input.
  std::optional<InputPreparation> preparation() const;
  /// How the samples' numbers lie in the file, and how that is known.
  const std::string& remark() const { return remark_; }

  /// The samples {first, ..., first + count - 1}, NHWC, in native byte order, into `x`
  /// {count * sample_shape().size() * element size}, overwritten.
  void read(Size first, Size count, std::span<std::byte> x) const;
  /// All samples.
  AlignedBuffer<std::byte> read_all() const;

 private:
  const hdf5::Reader* file_;
  hdf5::OpenArray array_;
  Size first_ = 0;
  Size count_ = 0;
  Shape sample_;
  bool has_channels_first_ = false;
  std::string remark_;
};

}  // namespace dtheta
