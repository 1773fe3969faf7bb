// Trains any network on any data set file, evaluates it and saves it: `dtheta train` in little.
//
// Usage: train_from_hdf5 DATA.h5 NETWORK MODEL.h5
//        NETWORK is a name that `dtheta models` shows or a layer list: "dense 32, tanh, dense 1"
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "dtheta/core/error.hpp"
#include "dtheta/core/machine.hpp"
#include "dtheta/core/workers.hpp"
#include "dtheta/model/builder.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/model_file.hpp"
#include "dtheta/training/evaluation.hpp"
#include "dtheta/training/trainer.hpp"

using namespace dtheta;

namespace {

void print(const EpochReport& report) {
  std::printf("epoch %lld: loss %.4f, accuracy %.1f %%\n", static_cast<long long>(report.epoch),
              report.loss, 100 * report.accuracy);
}

/// A fresh model that fits the data.
Model<float> model_for(const DatasetSplits& splits, const char* network, const Recipe& recipe) {
  const Dataset& data = *splits.train;
  const NetworkChoice choice = choose_network(network,
                                              {.sample_shape = data.sample_shape(),
                                               .classes = data.classes(),
                                               .values_per_sample = data.values_per_sample()},
                                              /*loss=*/"");
  auto model = make_model<float>(choice.spec, choice.loss, recipe.initializer, recipe.seed);
  model.input = splits.preparation_of(data.type());
  model.class_names = data.class_names();
  return model;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4) throw UsageError("usage: train_from_hdf5 DATA.h5 NETWORK MODEL.h5");
  const DatasetSplits data = read_dataset(argv[1]);
  if (!data.train) throw DataError(std::string(argv[1]) + " has no training set");

  const Recipe recipe = {.epochs = 20, .batch_size = 32, .learning_rate = 0.01};
  std::vector<Size> samples(static_cast<std::size_t>(data.train->size()));
  std::iota(samples.begin(), samples.end(), 0);

  Workers workers(usable_threads(inspect_machine()));  // their number does not change the result
  Trainer<float> trainer(model_for(data, argv[2], recipe), recipe, *data.train, samples, workers);
  trainer.fit({.step = {}, .epoch = print});

  if (data.test) {
    const Evaluation test = evaluate(trainer.model(), *data.test, workers);
    std::printf("test: loss %.4f, accuracy %.1f %%\n", test.loss, 100 * test.accuracy);
  }
  save_model<float>(argv[3], {.model = trainer.model(), .recipe = trainer.recipe()});
  std::printf("saved %s\n", argv[3]);
} catch (const Error& error) {
  std::fprintf(stderr, "train_from_hdf5: %s\n", error.what());
  return static_cast<int>(error.exit_code());
}
