#include "dtheta/core/cgroup.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace dtheta {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream{std::string(text)};
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

bool has_controller(std::string_view list, std::string_view controller) {
  return std::ranges::count(split(list, ','), controller) > 0;
}

/// A path as mountinfo writes it, where blanks and backslashes are three octal digits.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char code = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '\\' && i + 3 < text.size() &&
        std::from_chars(digits, digits + 3, code, 8).ptr == digits + 3) {
      plain += static_cast<char>(code);
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

/// A mounted hierarchy of control groups that a controller belongs to.
struct Hierarchy {
  bool is_version_2 = false;
  fs::path mount_root;   ///< the control group that is seen at the mount point
  fs::path mount_point;  ///< where, under the real or the test's root
};

/// From /proc/self/mountinfo: "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu".
std::vector<Hierarchy> hierarchies(const fs::path& root, std::string_view controller) {
  std::vector<Hierarchy> found;
  std::ifstream file(root / "proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> fields = split(line, ' ');
    const auto dash = std::ranges::find(fields, "-");
    if (dash - fields.begin() < 5 || fields.end() - dash < 4) continue;
    const bool is_version_2 = dash[1] == "cgroup2";
    if (is_version_2 || (dash[1] == "cgroup" && has_controller(dash[3], controller))) {
      found.push_back({.is_version_2 = is_version_2,
                       .mount_root = unescaped(fields[3]),
                       .mount_point = root / fs::path(unescaped(fields[4])).relative_path()});
    }
  }
  return found;
}

/// From /proc/self/cgroup: "0::/user.slice" (version 2) or "4:cpu,cpuacct:/docker/af31".
fs::path own_group(const fs::path& root, std::string_view controller, bool is_version_2) {
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (is_version_2 ? controllers.empty() : has_controller(controllers, controller)) {
      return line.substr(second + 1);
    }
  }
  return "/";
}

/// Where the files of the own group are. A container may see its group at the mount point while
/// /proc still tells the path outside; then the mount point is the best there is.
fs::path own_folder(const Hierarchy& hierarchy, const fs::path& group) {
  const fs::path inside = group.lexically_relative(hierarchy.mount_root);
  const bool is_outside = inside.empty() || *inside.begin() == "..";
  return is_outside ? hierarchy.mount_point : (hierarchy.mount_point / inside).lexically_normal();
}

std::optional<double> quota_of(const fs::path& folder, bool is_version_2) {
  double quota = 0, period = 0;
  if (is_version_2) {
    std::ifstream(folder / "cpu.max") >> quota >> period;  // "max 100000" leaves both at 0
  } else {
    std::ifstream(folder / "cpu.cfs_quota_us") >> quota;  // -1: none
    std::ifstream(folder / "cpu.cfs_period_us") >> period;
  }
  if (quota > 0 && period > 0) return quota / period;
  return std::nullopt;
}

std::optional<Size> memory_of(const fs::path& folder, bool is_version_2) {
  Size bytes = 0;
  std::ifstream(folder / (is_version_2 ? "memory.max" : "memory.limit_in_bytes")) >> bytes;
  if (bytes > 0) return bytes;  // "max" leaves it at 0
  return std::nullopt;
}

/// The smallest of what limit_of(folder, is_version_2) finds in the own group and those above it.
template <class Limit>
auto tightest(const fs::path& root, std::string_view controller, Limit limit_of) {
  decltype(limit_of(root, true)) found;
  for (const Hierarchy& hierarchy : hierarchies(root, controller)) {
    fs::path folder = own_folder(hierarchy, own_group(root, controller, hierarchy.is_version_2));
    for (;; folder = folder.parent_path()) {
      const auto limit = limit_of(folder, hierarchy.is_version_2);
      if (limit && (!found || *limit < *found)) found = limit;
      // Trailing slashes and "." make equal folders look different: lengths cannot.
      if (folder.native().size() <= hierarchy.mount_point.native().size()) break;
    }
  }
  return found;
}

}  // namespace

std::optional<double> cgroup_cpu_quota(const fs::path& root) {
  return tightest(root, "cpu", quota_of);
}

std::optional<Size> cgroup_memory_limit(const fs::path& root) {
  return tightest(root, "memory", memory_of);
}

}  // namespace dtheta
