/// StreamedSamples: the samples of a file that stay in it.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "dtheta/data/sample_reader.hpp"
#include "dtheta/storage/dataset_samples.hpp"

namespace dtheta {

/// Keeps a file of its own open for reading one part's samples. Not to be moved: they refer to it.
class StreamedSamples final : public SampleReader {
 public:
  /// The samples that `expected`, of the same file, place and reading, has found there. Throws
  /// DataError when they are no longer the same, else as Reader and SampleSource.
  StreamedSamples(const std::filesystem::path& path, const PartPlace& place,
                  const DatasetReading& reading, const SampleSource& expected);
  StreamedSamples(const StreamedSamples&) = delete;
  StreamedSamples& operator=(const StreamedSamples&) = delete;

  void read(Size first, Size count, std::span<std::byte> x) const override;
  std::string name() const override;

 private:
  hdf5::Reader file_;
  SampleSource samples_;
};

}  // namespace dtheta
