#include <cstdint>
#include <string>
#include <vector>

#include "checkpoint_cases.hpp"
#include "dtheta/core/random.hpp"
#include "dtheta/storage/checkpoint_file.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/model_file.hpp"
#include "hostile_files.hpp"

namespace dtheta::test {
namespace {

struct GoodFile {
  std::string name;
  FileKind kind;
  std::string bytes;
};

DatasetSplits few_samples() {
  constexpr Size samples = 12;
  const auto part = [&](std::uint8_t seed) {
    AlignedBuffer<std::byte> x(samples * 5 * 4);
    for (Size i = 0; i < x.size(); ++i) x.data()[i] = static_cast<std::byte>((i * 7 + seed) % 251);
    std::vector<std::int32_t> y;
    for (int i = 0; i < samples; ++i) y.push_back(i % 3);
    return Dataset(ElementType::uint8, {5, 4, 1}, std::move(x), std::move(y), {"a", "b", "c"});
  };
  DatasetSplits splits;
  splits.train = part(1);
  splits.test = part(2);
  return splits;
}

/// Good files of our own and of others.
std::vector<GoodFile> good_files() {
  const TemporaryFolder folder;
  write_dataset(folder / "plain", few_samples());
  write_dataset(folder / "packed", few_samples(), 9);
  const TrainingState<float> state = state_at<float>(7);
  save_model<float>(folder / "model", {.model = state.model});
  save_checkpoint<float>(folder / "checkpoint", state, small_terms());
  std::vector<GoodFile> files;
  for (const char* name : {"plain", "packed"}) {
    files.push_back({name, FileKind::dataset, read_file(folder / name)});
  }
  for (const char* name : {"course", "fuel", "groups_dev", "suffixed"}) {
    const std::filesystem::path golden = DTHETA_GOLDEN_FOLDER;
    files.push_back({name, FileKind::dataset, read_file(golden / (std::string(name) + ".h5"))});
  }
  files.push_back({"model", FileKind::model, read_file(folder / "model")});
  files.push_back({"checkpoint", FileKind::checkpoint, read_file(folder / "checkpoint")});
  return files;
}

}  // namespace

void visit_truncated_files(const Visitor& visit) {
  for (const GoodFile& good : good_files()) {
    const auto cut = [&](std::size_t size) {
      visit({.name = good.name + " cut after " + std::to_string(size) + " bytes",
             .kind = good.kind,
             .must_fail = true,
             .bytes = good.bytes.substr(0, size)});
    };
    for (std::size_t size = 0; size < good.bytes.size(); size += 512) cut(size);
    cut(good.bytes.size() - 1);
  }
}

void visit_flipped_files(int count, const Visitor& visit) {
  for (const GoodFile& good : good_files()) {
    for (int n = 0; n < count; ++n) {
      Philox random(17, Purpose::input, 0, static_cast<std::uint64_t>(n));
      std::string bytes = good.bytes;
      const Size flips = Size{1} << random.below(4);
      for (Size i = 0; i < flips; ++i) {
        const Size bit = random.below(8 * static_cast<Size>(bytes.size()));
        char& byte = bytes[static_cast<std::size_t>(bit / 8)];
        byte = static_cast<char>(byte ^ (1 << bit % 8));
      }
      visit({.name = good.name + ", flips " + std::to_string(n),
             .kind = good.kind,
             .must_fail = good.kind == FileKind::checkpoint,
             .bytes = std::move(bytes)});
    }
  }
}

}  // namespace dtheta::test
