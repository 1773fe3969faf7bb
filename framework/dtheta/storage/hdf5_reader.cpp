#include "dtheta/storage/hdf5_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/hdf5_members.hpp"
#include "dtheta/storage/hdf5_object_header.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta::hdf5 {
namespace {

FileStamp stamp_of(const struct ::stat& status) {
  return {.size = status.st_size, .changed = status.st_mtim};
}

/// Of a readable regular file. Asked of the system, whose reasons are clearer than HDF5's.
FileStamp readable_stamp(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct ::stat status {};
  const bool readable = descriptor >= 0 && ::fstat(descriptor, &status) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!readable) {
    throw InputOutputError(fmt::format("{}: cannot be opened: {}", path.string(),
                                       std::generic_category().message(error)));
  }
  if (!S_ISREG(status.st_mode)) {
    throw InputOutputError(
        fmt::format("{}: is {}; wanted a file", path.string(),
                    S_ISDIR(status.st_mode) ? "a folder" : "not a regular file"));
  }
  return stamp_of(status);
}

Handle open_file(const std::filesystem::path& path) {
  const Quiet quiet;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_fapl_sec2(access.get());
  // Strong: what a damaged file leaves open is closed with it.
  H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG);
  // For each dataset, so that chunks that are read by parts are unpacked once; chunks as large as
  // that are not kept at all.
  H5Pset_cache(access.get(), 0, 521, std::size_t{16} << 20, 0.75);
  // A file system that cannot lock is no reason not to read.
  H5Pset_file_locking(access.get(), true, true);
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()));
  if (file) return file;
  const Failure failure = last_failure();
  const std::string message =
      fmt::format("{}: cannot be read as HDF5: {}", path.string(), failure.message);
  if (failure.input_output) throw InputOutputError(message);
  throw DataError(message);
}

}  // namespace

Reader::Reader(const std::filesystem::path& path)
    : path_(path), stamp_(readable_stamp(path)), file_(open_file(path)), raw_(file_, stamp_.size) {}

void Reader::check_unchanged() const {
  struct ::stat status {};
  if (::fstat(raw_.descriptor(), &status) == 0) {
    const FileStamp now = stamp_of(status);
    if (now.size == stamp_.size && now.changed.tv_sec == stamp_.changed.tv_sec &&
        now.changed.tv_nsec == stamp_.changed.tv_nsec) {
      return;
    }
  }
  throw InputOutputError(fmt::format(
      "{}: has changed since it was opened ({} bytes then); wanted a file that stays as it is",
      path_.string(), with_separators(stamp_.size)));
}

void Reader::fail(std::string_view object, std::string_view message) const {
  throw DataError(fmt::format("{}: {} {}", path_.string(), printable(object), message));
}

void Reader::check(std::string_view object, std::int64_t result) const {
  if (result >= 0) return;
  const Failure failure = last_failure();
  const std::string message = fmt::format("{}: {} cannot be read: {}", path_.string(),
                                          printable(object), printable(failure.message));
  if (failure.input_output) throw InputOutputError(message);
  throw DataError(message);
}

Handle Reader::open_root() const {
  H5O_info_t root{};
  check("/", H5Oget_info2(file_.get(), &root, H5O_INFO_BASIC));
  if (const auto reason = unsafe_header(raw_, root.addr)) fail("/", *reason);
  Handle opened(H5Oopen(file_.get(), "/", H5P_DEFAULT));
  check("/", opened.get());
  return opened;
}

/// The object of that name, or an empty handle. Goes link by link: HDF5 itself would follow soft
/// and external ones on the way.
Handle Reader::find(std::string_view object) const {
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

std::vector<std::string> Reader::texts_in(std::string_view object, const TextBuffer& buffer) const {
  try {
    return buffer.texts(raw_);
  } catch (const DataError& error) {
    fail(object, error.what());
  }
}

bool Reader::recognises(const std::filesystem::path& path) {
  const Quiet quiet;
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && H5Fis_hdf5(path.c_str()) > 0;
}

bool Reader::contains(std::string_view object) const {
  const Quiet quiet;
  return static_cast<bool>(find(object));
}

bool Reader::is_group(std::string_view object) const {
  const Quiet quiet;
  return H5Iget_type(find(object).get()) == H5I_GROUP;
}

std::vector<std::string> Reader::members(std::string_view group) const {
  const Quiet quiet;
  constexpr std::size_t most = 1'000;
  return member_names(find(group).get(), most, stamp_.size);
}

}  // namespace dtheta::hdf5
