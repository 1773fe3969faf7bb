#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hdf5.h>

#include "dtheta/storage/hdf5_file_source.hpp"
#include "dtheta/storage/hdf5_members.hpp"
#include "dtheta/storage/hdf5_object_header.hpp"
#include "dtheta/storage/hdf5_safety.hpp"
#include "dtheta/storage/hdf5_types.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta::hdf5 {
namespace {

std::string shape_text(Id space) {
  const int rank = H5Sget_simple_extent_ndims(space);
  std::vector<hsize_t> extents(static_cast<std::size_t>(std::max(rank, 0)));
  H5Sget_simple_extent_dims(space, extents.data(), nullptr);
  return fmt::format("{{{}}}", fmt::join(extents, ", "));
}

std::string dataset_text(Id dataset) {
  if (const auto reason = unsafe_layout(dataset)) return *reason;
  const Handle type(H5Dget_type(dataset));
  const Handle space(H5Dget_space(dataset));
  return fmt::format("{} {}", type_text(type.get()), shape_text(space.get()));
}

/// The entries of a tree while they are put together.
class Tree {
 public:
  Tree(const RawFile& file, TreeLimits limits) : file_(file), limits_(limits) {}

  void add_members(Id group, const std::string& parent, int level) {
    if (level > limits_.levels) return;
    for (const std::string& name : member_names(group, limits_.members, file_.size())) {
      if (entries_.size() >= limits_.entries) return;
      add_member(group, parent, name, level);
    }
  }

  std::vector<TreeEntry> entries() && { return std::move(entries_); }

 private:
  /// An entry for the member of a group, and those below it.
  void add_member(Id group, const std::string& parent, const std::string& name, int level) {
    H5L_info_t link{};
    if (H5Lget_info(group, name.c_str(), &link, H5P_DEFAULT) < 0) return;
    TreeEntry entry{.path = parent + "/" + name, .name = name, .level = level};
    if (link.type != H5L_TYPE_HARD) {
      add(std::move(entry), ObjectKind::link, "(a link, not followed)");
      return;
    }
    const bool is_unsafe = unsafe_header(file_, link.u.address).has_value();
    const Handle member(is_unsafe ? -1 : H5Oopen(group, name.c_str(), H5P_DEFAULT));
    if (!member) {
      add(std::move(entry), ObjectKind::damaged, "(damaged)");
    } else if (H5Iget_type(member.get()) == H5I_DATASET) {
      add(std::move(entry), ObjectKind::dataset, dataset_text(member.get()));
    } else {
      const std::string path = entry.path;
      add(std::move(entry), ObjectKind::group, "");
      if (H5Iget_type(member.get()) == H5I_GROUP) add_members(member.get(), path, level + 1);
    }
  }

  void add(TreeEntry entry, ObjectKind kind, std::string text) {
    entry.kind = kind;
    entry.text = std::move(text);
    entries_.push_back(std::move(entry));
  }

  const RawFile& file_;
  TreeLimits limits_;
  std::vector<TreeEntry> entries_;
};

}  // namespace

std::string TreeEntry::label() const {
  return std::string(2 * static_cast<std::size_t>(level), ' ') + printable(name) +
         (kind == ObjectKind::group ? "/" : "");
}

std::vector<TreeEntry> FileSource::entries(const TreeLimits& limits) const {
  const Quiet quiet;
  Tree tree(raw_, limits);
  tree.add_members(open_root().get(), "", 1);
  return std::move(tree).entries();
}

}  // namespace dtheta::hdf5
