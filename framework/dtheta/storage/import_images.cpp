#include <algorithm>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/data/picture_scaling.hpp"
#include "dtheta/storage/importers.hpp"
#include "dtheta/storage/input_file.hpp"
#include "dtheta/storage/messages.hpp"
#include "dtheta/storage/picture_file.hpp"

namespace dtheta {
namespace {

namespace fs = std::filesystem;

/// A file that is to become a sample.
struct Picture {
  fs::path path;
  std::int32_t label;
  PictureInfo info;
};

/// The pictures of one folder of classes.
struct Folder {
  fs::path path;
  std::vector<Picture> pictures;
};

AlignedBuffer<std::byte> read_bytes(const fs::path& path) {
  constexpr Size most = Size{256} << 20;
  return InputFile(path).read_up_to(most);
}

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

/// The folder's entries that are not hidden, in the order of their bytes.
std::vector<fs::directory_entry> entries_of(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!is_hidden(it->path())) entries.push_back(*it);
  }
  if (error) {
    throw InputOutputError(
        fmt::format("{}: cannot be read as a folder: {}", folder.string(), error.message()));
  }
  std::ranges::sort(entries, {}, [](const fs::directory_entry& e) { return e.path().native(); });
  return entries;
}

std::vector<std::string> class_names(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : entries_of(folder)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  if (names.empty()) {
    throw DataError(folder.string() + ": has no folder in it; wanted one for each class");
  }
  return names;
}

/// Adds the pictures in a class's folder and the folders below it. Links are not followed to
/// folders: they may lead back.
void add_pictures(const fs::path& folder, std::int32_t label, std::vector<Picture>& pictures,
                  std::vector<std::string>& unreadable) {
  for (const auto& entry : entries_of(folder)) {
    if (entry.is_directory() && !entry.is_symlink()) {
      add_pictures(entry.path(), label, pictures, unreadable);
    } else if (entry.is_regular_file()) {
      try {
        const PictureInfo info = read_picture_info(read_bytes(entry.path()).span());
        pictures.push_back({entry.path(), label, info});
      } catch (const DataError& error) {
        unreadable.push_back(fmt::format("{} {}", entry.path().string(), error.what()));
      } catch (const InputOutputError& error) {
        unreadable.emplace_back(error.what());
      }
    }
  }
}

Folder read_folder(const fs::path& path, const std::vector<std::string>& classes,
                   std::vector<std::string>& unreadable) {
  Folder folder{path, {}};
  for (const std::string& name : class_names(path)) {
    const auto found = std::ranges::find(classes, name);
    if (found == classes.end()) {
      throw DataError(fmt::format("{}: is a class that the training pictures do not have",
                                  (path / name).string()));
    }
    add_pictures(path / name, static_cast<std::int32_t>(found - classes.begin()), folder.pictures,
                 unreadable);
  }
  return folder;
}

/// What all pictures become.
struct Form {
  PictureSize size;
  Size channels;
  bool is_scaled;

  Shape shape() const { return {size.height, size.width, channels}; }
};

Form form_of(const std::vector<Folder>& folders, const std::optional<PictureSize>& size) {
  const Picture* first = nullptr;
  bool are_grey = true;
  for (const Folder& folder : folders) {
    if (folder.pictures.empty()) {
      throw DataError(folder.path.string() + ": holds no picture that can be read");
    }
    for (const Picture& picture : folder.pictures) {
      if (first == nullptr) first = &picture;
      are_grey = are_grey && picture.info.is_grey;
      const bool fits =
          picture.info.height == first->info.height && picture.info.width == first->info.width;
      if (fits || size) continue;
      throw DataError(fmt::format("{} is {}x{}, but {} is {}x{}; --size HxW scales all to one size",
                                  picture.path.string(), picture.info.height, picture.info.width,
                                  first->path.string(), first->info.height, first->info.width));
    }
  }
  return {.size = size.value_or(PictureSize{first->info.height, first->info.width}),
          .channels = are_grey ? 1 : 3,
          .is_scaled = size.has_value()};
}

/// Decodes a picture and brings it into form.
void read_into(const Picture& picture, const Form& form, std::span<std::uint8_t> sample) {
  const AlignedBuffer<std::byte> bytes = read_bytes(picture.path);
  if (!form.is_scaled) return read_picture(bytes.span(), form.channels, sample);
  const Shape shape{picture.info.height, picture.info.width, form.channels};
  AlignedBuffer<std::uint8_t> pixels(shape.size());
  read_picture(bytes.span(), form.channels, pixels.span());
  scale_picture(std::as_const(pixels).view(shape), View<std::uint8_t>(sample, form.shape()));
}

Dataset to_dataset(const Folder& folder, const Form& form, const std::vector<std::string>& classes,
                   std::vector<std::string>& unreadable) {
  const auto sample = static_cast<std::size_t>(form.shape().size());
  AlignedBuffer<std::byte> x(form.shape().batch(static_cast<Size>(folder.pictures.size())).size());
  std::vector<std::int32_t> labels;
  for (const Picture& picture : folder.pictures) {
    const auto place = x.span().subspan(labels.size() * sample, sample);
    try {
      read_into(picture, form, {reinterpret_cast<std::uint8_t*>(place.data()), place.size()});
      labels.push_back(picture.label);
    } catch (const DataError& error) {
      unreadable.push_back(fmt::format("{} {}", picture.path.string(), error.what()));
    }
  }
  if (labels.empty()) throw DataError(folder.path.string() + ": holds no picture that can be read");
  if (labels.size() < folder.pictures.size()) {
    AlignedBuffer<std::byte> readable(static_cast<Size>(labels.size() * sample));
    std::copy_n(x.data(), readable.size(), readable.data());
    x = std::move(readable);
  }
  return Dataset(ElementType::uint8, form.shape(), std::move(x), std::move(labels), classes);
}

}  // namespace

ImportedImages import_images(const fs::path& train, const std::optional<fs::path>& test,
                             const std::optional<PictureSize>& size) {
  const std::vector<std::string> classes = class_names(train);
  ImportedImages imported;
  std::vector<Folder> folders{read_folder(train, classes, imported.unreadable)};
  if (test) folders.push_back(read_folder(*test, classes, imported.unreadable));
  const Form form = form_of(folders, size);
  imported.splits.train = to_dataset(folders[0], form, classes, imported.unreadable);
  if (test) imported.splits.test = to_dataset(folders[1], form, classes, imported.unreadable);
  return imported;
}

}  // namespace dtheta
