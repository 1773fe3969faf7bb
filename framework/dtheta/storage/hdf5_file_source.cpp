#include "dtheta/storage/hdf5_file_source.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <hdf5.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/hdf5_members.hpp"
#include "dtheta/storage/hdf5_object_header.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta::hdf5 {

FileSource::FileSource(int file, const std::filesystem::path& name)
    : path_(name),
      file_size_(size_of(file)),
      origin_(std::make_unique<Origin>(Origin{.descriptor = file, .size = file_size_})),
      file_(open_file()),
      raw_(file_, file, file_size_) {}

Handle FileSource::open_file() const {
  const Quiet quiet;
  Handle file = driver_.open(*origin_);
  if (file) return file;
  const std::string message =
      fmt::format("{}: cannot be read as HDF5: {}", path_.string(), printable(origin_->failure));
  if (origin_->error != 0) throw InputOutputError(message);
  throw DataError(message);
}

void FileSource::fail(std::string_view object, std::string_view message) const {
  throw DataError(fmt::format("{}: {} {}", path_.string(), printable(object), message));
}

void FileSource::check(std::string_view object, std::int64_t result) const {
  if (result >= 0) return;
  const std::string message = fmt::format("{}: {} cannot be read: {}", path_.string(),
                                          printable(object), printable(last_failure()));
  if (origin_->error != 0) throw InputOutputError(message);
  throw DataError(message);
}

Handle FileSource::open_root() const {
  H5O_info_t root{};
  check("/", H5Oget_info2(file_.get(), &root, H5O_INFO_BASIC));
  if (const auto reason = unsafe_header(raw_, root.addr)) fail("/", *reason);
  Handle opened(H5Oopen(file_.get(), "/", H5P_DEFAULT));
  check("/", opened.get());
  return opened;
}

/// The object of that name, or an empty handle. Goes link by link: HDF5 itself would follow soft
/// and external ones on the way.
Handle FileSource::find(std::string_view object) const {
  Handle current = open_root();
  std::string_view rest = object;
  for (;;) {
    rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
    if (rest.empty()) return current;
    const std::string name(rest.substr(0, rest.find('/')));
    rest.remove_prefix(name.size());
    if (name == "." || H5Iget_type(current.get()) != H5I_GROUP) return Handle();
    const htri_t exists = H5Lexists(current.get(), name.c_str(), H5P_DEFAULT);
    check(object, exists);
    if (exists == 0) return Handle();
    H5L_info_t link{};
    check(object, H5Lget_info(current.get(), name.c_str(), &link, H5P_DEFAULT));
    if (link.type != H5L_TYPE_HARD) {
      fail(object,
           fmt::format("is behind '{}', {} link; only hard links are followed: copy the "
                       "data into this file",
                       printable(name), link.type == H5L_TYPE_SOFT ? "a soft" : "an external"));
    }
    if (const auto reason = unsafe_header(raw_, link.u.address)) fail(object, *reason);
    Handle next(H5Oopen(current.get(), name.c_str(), H5P_DEFAULT));
    check(object, next.get());
    current = std::move(next);
  }
}

std::vector<std::string> FileSource::texts_in(std::string_view object,
                                              const TextBuffer& buffer) const {
  try {
    return buffer.texts(raw_);
  } catch (const DataError& error) {
    fail(object, error.what());
  }
}

Presence FileSource::presence(std::string_view object) const {
  const Quiet quiet;
  const Handle found = find(object);
  if (!found) return Presence::nothing;
  switch (H5Iget_type(found.get())) {
    case H5I_GROUP:
      return Presence::group;
    case H5I_DATASET:
      return Presence::dataset;
    default:
      return Presence::other;
  }
}

std::vector<std::string> FileSource::members(std::string_view group) const {
  const Quiet quiet;
  constexpr std::size_t most = 1'000;
  return member_names(find(group).get(), most, file_size_);
}

}  // namespace dtheta::hdf5
