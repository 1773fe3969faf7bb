#include "dtheta/storage/checkpoint_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/atomic_file.hpp"

namespace dtheta {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "checkpoint-";
constexpr std::string_view suffix = ".h5";
constexpr std::size_t digits = 16;

std::string name_of(Size step) { return fmt::format("{}{:0{}}{}", prefix, step, digits, suffix); }

/// Names have one length, so their order is that of their steps.
bool is_checkpoint_name(const std::string& name) {
  return name.size() == prefix.size() + digits + suffix.size() && name.starts_with(prefix) &&
         name.ends_with(suffix) &&
         std::ranges::all_of(name.substr(prefix.size(), digits),
                             [](char c) { return c >= '0' && c <= '9'; });
}

std::string reason(int error) { return std::generic_category().message(error); }

/// Creates the folder, if need be with those above it, so that a power cut does not take it away
/// with what is in it. Best effort where a folder above may not be opened.
void create_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::create_directories(folder, error)) {
    for (fs::path at = fs::absolute(folder); at != at.parent_path(); at = at.parent_path()) {
      sync_folder(at.parent_path());
    }
  }
  if (error || !fs::is_directory(folder, error)) {
    throw CannotCreate(fmt::format("{}: the folder for checkpoints cannot be created: {}",
                                   folder.string(),
                                   error ? error.message() : "there is something else there"));
  }
}

/// Opens the folder and locks it. A file system without locks is used without.
int locked(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    throw CannotCreate(fmt::format("{}: the folder for checkpoints cannot be opened: {}",
                                   folder.string(), reason(errno)));
  }
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(descriptor);
    throw CannotCreate(
        fmt::format("{}: another training writes its checkpoints there; wait for "
                    "its end or name another folder",
                    folder.string()));
  }
  return descriptor;
}

}  // namespace

CheckpointFolder::CheckpointFolder(const fs::path& folder, Size keep)
    : path_(folder), keep_(std::max(keep, Size{1})) {
  create_folder(path_);
  lock_ = locked(path_);
  try {
    check_can_create(path_ / name_of(0));
    remove_abandoned(path_);
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

CheckpointFolder::~CheckpointFolder() { ::close(lock_); }

/// Newest first.
std::vector<fs::path> CheckpointFolder::generations() const {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(path_, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (is_checkpoint_name(entry->path().filename().string())) found.push_back(entry->path());
  }
  if (error) {
    throw InputOutputError(fmt::format("{}: the folder of checkpoints cannot be read: {}",
                                       path_.string(), error.message()));
  }
  std::ranges::sort(found, std::ranges::greater());
  return found;
}

std::optional<fs::path> CheckpointFolder::newest() const {
  auto found = generations();
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

template <std::floating_point T>
fs::path CheckpointFolder::save(const TrainingState<T>& state, const TrainingTerms& terms) const {
  fs::path file = path_ / name_of(state.step);
  save_checkpoint(file, state, terms);
  const auto all = generations();
  for (std::size_t i = static_cast<std::size_t>(keep_); i < all.size(); ++i) {
    if (::unlink(all[i].c_str()) != 0) {
      throw InputOutputError(fmt::format("{}: an old checkpoint cannot be removed: {}",
                                         all[i].string(), reason(errno)));
    }
  }
  return file;
}

template <std::floating_point T>
std::optional<Checkpoint<T>> CheckpointFolder::load_newest(
    const std::function<void(const std::string&)>& report,
    const std::optional<Sandbox>& sandbox) const {
  std::vector<std::pair<fs::path, std::string>> damaged;
  for (const fs::path& path : generations()) {
    try {
      Checkpoint<T> checkpoint = load_checkpoint<T>(path, sandbox);
      for (const auto& [file, message] : damaged) {
        fs::rename(file, file.string() + ".damaged");
        report(fmt::format("{}; it is kept as {}.damaged, and {} is used", message,
                           file.filename().string(), path.filename().string()));
      }
      return checkpoint;
    } catch (const DamagedCheckpoint& error) {
      damaged.emplace_back(path, error.what());
    }
  }
  if (damaged.empty()) return std::nullopt;
  throw DataError(
      fmt::format("{}; no other checkpoint in {} is good: to begin anew, name another "
                  "folder",
                  damaged.front().second, path_.string()));
}

template fs::path CheckpointFolder::save(const TrainingState<float>&, const TrainingTerms&) const;
template fs::path CheckpointFolder::save(const TrainingState<double>&, const TrainingTerms&) const;
template std::optional<Checkpoint<float>> CheckpointFolder::load_newest(
    const std::function<void(const std::string&)>&, const std::optional<Sandbox>&) const;
template std::optional<Checkpoint<double>> CheckpointFolder::load_newest(
    const std::function<void(const std::string&)>&, const std::optional<Sandbox>&) const;

}  // namespace dtheta
