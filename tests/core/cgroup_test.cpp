#include "dtheta/core/cgroup.hpp"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace dtheta {
namespace {

namespace fs = std::filesystem;

/// A folder that plays "/", removed at the end.
class CgroupTree : public testing::Test {
 protected:
  CgroupTree() : root_(fs::path(testing::TempDir()) / "cgroup_tree_XXXXXX") {
    std::string name = root_.string();
    root_ = mkdtemp(name.data());
  }
  ~CgroupTree() override { fs::remove_all(root_); }

  void put(const std::string& path, const std::string& content) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << content << '\n';
  }
  void mount(const std::string& mountinfo) { put("proc/self/mountinfo", mountinfo); }
  void own(const std::string& cgroup) { put("proc/self/cgroup", cgroup); }
  std::optional<double> quota() const { return cgroup_cpu_quota(root_); }

  fs::path root_;
};

TEST_F(CgroupTree, HasNoQuotaWhereThereIsNothingToRead) {
  EXPECT_EQ(quota(), std::nullopt);
  mount("23 22 0:20 / /proc rw - proc proc rw\nnonsense\n30 23 0:26 / /sys/fs/cgroup rw -");
  own("nonsense\n");
  EXPECT_EQ(quota(), std::nullopt);
}

TEST_F(CgroupTree, Version2TakesTheTightestOfAllAncestors) {
  mount("30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate");
  own("0::/a.slice/b.slice/c.scope");
  put("sys/fs/cgroup/a.slice/b.slice/c.scope/cpu.max", "max 100000");
  EXPECT_EQ(quota(), std::nullopt);
  put("sys/fs/cgroup/a.slice/cpu.max", "150000 100000");
  EXPECT_EQ(quota(), 1.5);
  put("sys/fs/cgroup/a.slice/b.slice/cpu.max", "400000 100000");
  EXPECT_EQ(quota(), 1.5);
  put("sys/fs/cgroup/a.slice/b.slice/c.scope/cpu.max", "50000 100000");
  EXPECT_EQ(quota(), 0.5);
  put("sys/fs/cgroup/cpu.max", "10000 100000");  // a container sees its own limit at the root
  EXPECT_EQ(quota(), 0.1);
}

TEST_F(CgroupTree, LimitsMemoryInEitherVersion) {
  mount("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
  own("0::/a/b");
  put("sys/fs/cgroup/a/b/memory.max", "max");
  EXPECT_EQ(cgroup_memory_limit(root_), std::nullopt);
  put("sys/fs/cgroup/a/memory.max", "6442450944");
  EXPECT_EQ(cgroup_memory_limit(root_), Size{6} << 30);
  mount(
      "31 23 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
      "32 23 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory");
  own("4:memory:/a\n5:cpu:/b");
  EXPECT_EQ(cgroup_memory_limit(root_), std::nullopt);
  put("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1048576");
  put("sys/fs/cgroup/cpu/b/memory.limit_in_bytes", "1");
  EXPECT_EQ(cgroup_memory_limit(root_), Size{1} << 20);
}

TEST_F(CgroupTree, SiblingsAndFoldersAboveTheMountDoNotCount) {
  mount("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
  own("0::/a");
  put("sys/fs/cgroup/b/cpu.max", "10000 100000");
  put("sys/fs/cpu.max", "10000 100000");
  EXPECT_EQ(quota(), std::nullopt);
}

TEST_F(CgroupTree, Version1ReadsTheCpuHierarchyOnly) {
  mount(
      "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
      "33 31 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset");
  own("5:cpuset:/job\n4:cpu,cpuacct:/job/task:1");
  put("sys/fs/cgroup/cpuset/job/cpu.cfs_quota_us", "10000");
  put("sys/fs/cgroup/cpuset/job/cpu.cfs_period_us", "100000");
  put("sys/fs/cgroup/cpu,cpuacct/job/task:1/cpu.cfs_quota_us", "-1");
  put("sys/fs/cgroup/cpu,cpuacct/job/task:1/cpu.cfs_period_us", "100000");
  EXPECT_EQ(quota(), std::nullopt);
  put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "300000");
  put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000");
  EXPECT_EQ(quota(), 3.0);
}

TEST_F(CgroupTree, UsesBothVersionsOfAHybridMachine) {
  mount(
      "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
      "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw");
  own("1:cpu:/\n0::/x");
  put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "300000");
  put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
  put("sys/fs/cgroup/unified/x/cpu.max", "200000 100000");
  EXPECT_EQ(quota(), 2.0);
}

TEST_F(CgroupTree, FollowsABindMountOfAPartOfTheHierarchy) {
  mount("30 23 0:26 /docker/af /sys/fs/my\\040cgroup rw - cgroup2 cgroup2 rw");
  put("sys/fs/my cgroup/cpu.max", "250000 100000");
  put("sys/fs/my cgroup/inner/cpu.max", "200000 100000");
  own("0::/docker/af/inner");
  EXPECT_EQ(quota(), 2.0);
  own("0::/docker/af");
  EXPECT_EQ(quota(), 2.5);
  own("0::/../../elsewhere");  // outside what is mounted: the mount point is the best there is
  EXPECT_EQ(quota(), 2.5);
}

}  // namespace
}  // namespace dtheta
