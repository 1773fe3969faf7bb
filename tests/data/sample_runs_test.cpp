#include "dtheta/data/sample_runs.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "data/streamed_data.hpp"
#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

using test::numbered_data;
using test::streamed;

/// Goes through the samples, which have to be right; the lengths of the runs.
std::vector<Size> run_lengths(const Dataset& data, const Dataset& truth,
                              const std::vector<Size>& samples, Size multiple) {
  std::vector<Size> lengths;
  std::size_t done = 0;
  SampleRuns runs(data, samples, multiple);
  for (SampleBatch run = runs.next(); !run.empty(); run = runs.next()) {
    for (std::size_t n = 0; n < run.rows.size(); ++n, ++done) {
      EXPECT_EQ(run.samples[n], samples[done]);
      EXPECT_TRUE(std::equal(run.rows[n], run.rows[n] + truth.sample_bytes(),
                             truth.x().data() + samples[done] * truth.sample_bytes()));
    }
    lengths.push_back(run.size());
  }
  EXPECT_EQ(done, samples.size());
  EXPECT_TRUE(runs.next().empty());
  return lengths;
}

TEST(SampleRuns, InMemoryAreOne) {
  const Dataset data = numbered_data(30, 7);
  EXPECT_EQ(run_lengths(data, data, {3, 1, 29, 0}, 8), std::vector<Size>{4});
  EXPECT_EQ(run_lengths(data, data, all_samples(data), 1), std::vector<Size>{30});
  EXPECT_EQ(run_lengths(data, data, {}, 1), std::vector<Size>{});
}

TEST(SampleRuns, StreamedAreAsLongAsMemoryAllows) {
  const Dataset data = numbered_data(30, 10);
  const Dataset stream = streamed(data, {.memory = 8 * 2 * 10 * 9});  // for runs of 9 samples
  EXPECT_EQ(run_lengths(stream, data, all_samples(data), 1), (std::vector<Size>{9, 9, 9, 3}));
  EXPECT_EQ(run_lengths(stream, data, all_samples(data), 4), (std::vector<Size>{8, 8, 8, 6}));
  EXPECT_EQ(run_lengths(stream, data, all_samples(data), 20), (std::vector<Size>{20, 10}));
  EXPECT_EQ(run_lengths(stream, data, {2, 3, 5, 8, 13, 21, 22, 23, 29}, 1), std::vector<Size>{9});
  EXPECT_EQ(run_lengths(stream, data, {}, 1), std::vector<Size>{});
}

TEST(SampleRuns, MayBeLeftEarly) {
  const Dataset data = numbered_data(1000, 10);
  const Dataset stream = streamed(data, {.memory = 8 * 2 * 10 * 9, .delay_seed = 1});
  const std::vector<Size> samples = all_samples(data);
  SampleRuns runs(stream, samples);
  EXPECT_EQ(runs.next().size(), 9);
}

TEST(SampleRuns, TellWhatCannotBeRead) {
  const Dataset data = numbered_data(30, 10);
  const Dataset stream = streamed(data, {.memory = 8 * 2 * 10 * 9, .unreadable = 20});
  const std::vector<Size> samples = all_samples(data);
  SampleRuns runs(stream, samples);
  EXPECT_EQ(runs.next().size(), 9);
  EXPECT_EQ(runs.next().size(), 9);
  EXPECT_THROW(runs.next(), InputOutputError);
}

}  // namespace
}  // namespace dtheta
