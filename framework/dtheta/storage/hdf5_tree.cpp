#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hdf5.h>

#include "dtheta/storage/hdf5_members.hpp"
#include "dtheta/storage/hdf5_object_header.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/hdf5_safety.hpp"
#include "dtheta/storage/hdf5_types.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta::hdf5 {
namespace {

// A file can hold millions of objects, and groups that contain themselves.
constexpr std::size_t most_lines = 40;
constexpr std::size_t most_levels = 6;

std::string shape_text(Id space) {
  const int rank = H5Sget_simple_extent_ndims(space);
  std::vector<hsize_t> extents(static_cast<std::size_t>(std::max(rank, 0)));
  H5Sget_simple_extent_dims(space, extents.data(), nullptr);
  std::string text;
  for (const hsize_t extent : extents) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "{" + text + "}";
}

std::string dataset_text(Id dataset) {
  if (const auto reason = unsafe_layout(dataset)) return *reason;
  const Handle type(H5Dget_type(dataset));
  const Handle space(H5Dget_space(dataset));
  return fmt::format("{} {}", type_text(type.get()), shape_text(space.get()));
}

/// The lines of a tree while they are put together.
class Tree {
 public:
  explicit Tree(const RawFile& file) : file_(file) {}

  void add_members(Id group, std::size_t level) {
    if (level > most_levels) return;
    for (const std::string& name : member_names(group, most_lines + 1)) {
      if (lines_.size() > most_lines) return;
      add_member(group, name, level);
    }
  }

  std::string text() {
    if (lines_.size() > most_lines) lines_.back() = "...";
    return fmt::format("{}\n", fmt::join(lines_, "\n"));
  }

 private:
  /// A line for the member of a group, and those below it.
  void add_member(Id group, const std::string& name, std::size_t level) {
    const std::string label = std::string(2 * level, ' ') + printable(name);
    H5L_info_t link{};
    if (H5Lget_info(group, name.c_str(), &link, H5P_DEFAULT) < 0) return;
    if (link.type != H5L_TYPE_HARD) {
      lines_.push_back(label + "  (a link, not followed)");
      return;
    }
    const bool is_unsafe = unsafe_header(file_, link.u.address).has_value();
    const Handle member(is_unsafe ? -1 : H5Oopen(group, name.c_str(), H5P_DEFAULT));
    if (!member) {
      lines_.push_back(label + "  (damaged)");
    } else if (H5Iget_type(member.get()) == H5I_DATASET) {
      lines_.push_back(label + "  " + dataset_text(member.get()));
    } else {
      lines_.push_back(label + "/");
      if (H5Iget_type(member.get()) == H5I_GROUP) add_members(member.get(), level + 1);
    }
  }

  const RawFile& file_;
  std::vector<std::string> lines_{"/"};
};

}  // namespace

std::string Reader::tree() const {
  const Quiet quiet;
  Tree tree(raw_);
  tree.add_members(open_root().get(), 1);
  return tree.text();
}

}  // namespace dtheta::hdf5
