#include "dtheta/core/machine.hpp"

#include <algorithm>
#include <thread>

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include "dtheta/core/cgroup.hpp"

namespace dtheta {
namespace {

TEST(Machine, KnowsWhereItRuns) {
  const Machine machine = inspect_machine();
  EXPECT_FALSE(machine.cpu.empty());
  EXPECT_GE(machine.affinity_cores, 1);
  EXPECT_GE(machine.online_cores, machine.affinity_cores);
  EXPECT_EQ(machine.vector_sets, usable_vector_sets());
#if defined(__x86_64__)
  const bool has_avx2 = std::ranges::count(machine.vector_sets, "avx2") > 0;
  EXPECT_EQ(has_avx2, __builtin_cpu_supports("avx2") != 0);
#endif
}

TEST(Machine, CountsTheCoresOfTheAffinityMask) {
  int before = 0, pinned = 0;
  std::thread([&] {  // the mask belongs to the thread
    before = inspect_machine().affinity_cores;
    cpu_set_t mask;
    CPU_ZERO(&mask);
    CPU_SET(sched_getcpu(), &mask);
    ASSERT_EQ(sched_setaffinity(0, sizeof mask, &mask), 0);
    pinned = inspect_machine().affinity_cores;
  })
      .join();
  EXPECT_EQ(pinned, 1);
  EXPECT_EQ(inspect_machine().affinity_cores, before);
}

TEST(Machine, UsesNoMoreThreadsThanAffinityAndQuotaAllow) {
  EXPECT_EQ(usable_threads({.affinity_cores = 8}), 8);
  EXPECT_EQ(usable_threads({.online_cores = 64, .affinity_cores = 3}), 3);
  EXPECT_EQ(usable_threads({.affinity_cores = 8, .cgroup_cores = 2.0}), 2);
  EXPECT_EQ(usable_threads({.affinity_cores = 8, .cgroup_cores = 1.5}), 2);
  EXPECT_EQ(usable_threads({.affinity_cores = 2, .cgroup_cores = 16.0}), 2);
  EXPECT_EQ(usable_threads({.affinity_cores = 8, .cgroup_cores = 0.1}), 1);
}

TEST(Machine, UsesNoMoreMemoryThanItsGroupAllows) {
  EXPECT_GT(usable_memory(), Size{1} << 24);
  EXPECT_LE(usable_memory(), sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE));
  if (const auto limit = cgroup_memory_limit()) {
    EXPECT_LE(usable_memory(), *limit);
  }
}

}  // namespace
}  // namespace dtheta
