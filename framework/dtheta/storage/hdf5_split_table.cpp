#include <array>
#include <cstddef>
#include <cstring>

#include <fmt/format.h>
#include <hdf5.h>

#include "dtheta/storage/hdf5_file_source.hpp"
#include "dtheta/storage/hdf5_types.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta::hdf5 {
namespace {

constexpr const char* table = "split";
constexpr std::size_t longest_name = 64;
constexpr Size most_rows = 10'000;  // there is one for each part and source

/// A row as HDF5 is asked to fill it.
struct RawRow {
  std::array<char, longest_name> split;
  std::array<char, longest_name> source;
  std::int64_t start;
  std::int64_t stop;
  hobj_ref_t indices;
};

/// Zero-terminated text of at most longest_name characters, whatever is stored.
Handle name_type() {
  Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), longest_name);
  return type;
}

/// Whether rows are told by a list of indices, a reference, besides start and stop.
bool has_indices(Id compound) {
  const int index = H5Tget_member_index(compound, "indices");
  if (index < 0) return false;
  const Handle type(H5Tget_member_type(compound, static_cast<unsigned>(index)));
  return H5Tequal(type.get(), H5T_STD_REF_OBJ) > 0;
}

Handle row_type(bool with_indices) {
  Handle type(H5Tcreate(H5T_COMPOUND, sizeof(RawRow)));
  const Handle name = name_type();
  H5Tinsert(type.get(), "split", offsetof(RawRow, split), name.get());
  H5Tinsert(type.get(), "source", offsetof(RawRow, source), name.get());
  H5Tinsert(type.get(), "start", offsetof(RawRow, start), H5T_NATIVE_INT64);
  H5Tinsert(type.get(), "stop", offsetof(RawRow, stop), H5T_NATIVE_INT64);
  if (with_indices) {
    H5Tinsert(type.get(), "indices", offsetof(RawRow, indices), H5T_STD_REF_OBJ);
  }
  return type;
}

/// Whether the stored compound has a member of that name and kind.
bool has_member(Id compound, const char* name, bool is_text) {
  const int index = H5Tget_member_index(compound, name);
  if (index < 0) return false;
  const Handle type(H5Tget_member_type(compound, static_cast<unsigned>(index)));
  if (!is_text) return element_type(type.get()).has_value();
  return H5Tget_class(type.get()) == H5T_STRING && H5Tis_variable_str(type.get()) == 0 &&
         H5Tget_size(type.get()) < longest_name;
}

std::string text_of(const std::array<char, longest_name>& characters) {
  return {characters.data(), ::strnlen(characters.data(), characters.size())};
}

}  // namespace

std::vector<SplitRow> FileSource::split_table() const {
  const Quiet quiet;
  const Handle opened = open_attribute("/", table);
  if (!opened) return {};
  const Handle type(H5Aget_type(opened.get()));
  if (H5Tget_class(type.get()) != H5T_COMPOUND) return {};
  constexpr std::string_view where = "/, attribute split";
  if (!has_member(type.get(), "split", true) || !has_member(type.get(), "source", true) ||
      !has_member(type.get(), "start", false) || !has_member(type.get(), "stop", false)) {
    fail(where,
         "is no table of splits: wanted the members split, source (text of up to 63 "
         "characters), start and stop (numbers)");
  }
  const Shape shape = shape_of(where, Handle(H5Aget_space(opened.get())));
  if (shape.size() > most_rows) {
    fail(where, fmt::format("has {} rows; wanted at most {}", with_separators(shape.size()),
                            with_separators(most_rows)));
  }
  const auto row_bytes = static_cast<Size>(H5Tget_size(type.get()));
  if (shape.size() > 0 && row_bytes > file_size_ / shape.size()) {
    fail(where, "claims more than the file holds");
  }
  std::vector<RawRow> raw(static_cast<std::size_t>(shape.size()));
  check(where, H5Aread(opened.get(), row_type(has_indices(type.get())).get(), raw.data()));
  std::vector<SplitRow> rows;
  for (const RawRow& row : raw) {
    if (row.indices != 0) {
      fail(where, fmt::format("lists the rows of {} by their indices; wanted start and stop only",
                              printable(text_of(row.split))));
    }
    rows.push_back({text_of(row.split), text_of(row.source), row.start, row.stop});
  }
  return rows;
}

}  // namespace dtheta::hdf5
