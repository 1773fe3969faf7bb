/// The commands on models that Keras wrote: tests/storage/golden/keras.
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "dtheta/storage/hdf5_writer.hpp"
#include "dtheta_program.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::Words;

class KerasModels : public test::DthetaProgram {
 protected:
  static std::string golden(const std::string& name) {
    return (std::filesystem::path(DTHETA_GOLDEN_FOLDER) / "keras/3" / (name + ".h5")).string();
  }

  /// data.h5: `samples` pictures for the model "sequential".
  void make_pictures(Size samples) const {
    hdf5::Writer file(path("data.h5"));
    file.create_group("/train");
    const std::vector<std::uint8_t> x(static_cast<std::size_t>(samples * 9 * 8 * 2), 7);
    file.write_numbers("/train/x", ElementType::uint8, {samples, 9, 8, 2},
                       std::as_bytes(std::span(x)), hdf5::Storage::in_one_piece);
    std::vector<std::int32_t> y;
    for (Size i = 0; i < samples; ++i) y.push_back(static_cast<std::int32_t>(i % 3));
    file.write_numbers("/train/y", ElementType::int32, {samples}, std::as_bytes(std::span(y)),
                       hdf5::Storage::in_one_piece);
    file.commit();
  }
};

TEST_F(KerasModels, InspectListsWhatIsLeftOut) {
  EXPECT_TRUE(
      contains(output_of({"inspect", golden("sequential")}),
               "left out      SpatialDropout2D 'spatial_dropout2d', which act in training only\n"));
  EXPECT_EQ(json_of({"inspect", golden("sequential")})["left_out"].size(), 1U);
  EXPECT_FALSE(contains(output_of({"inspect", golden("binary")}), "left out"));
}

TEST_F(KerasModels, TrainingGoesOnWithoutWhatIsLeftOutAndSaysSo) {
  make_pictures(9);
  const Words train{"train",    "--data", "data.h5",  "--model", golden("sequential"),
                    "--epochs", "1",      "--output", "m.h5"};
  const auto result = run(train);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.err, "SpatialDropout2D 'spatial_dropout2d' of "));
  EXPECT_TRUE(contains(result.err, "acts in training only; this training goes without it"));
  const auto trained = json_of({"inspect", "m.h5"});
  EXPECT_EQ(trained["input_scale"], 1 / 127.5);
  EXPECT_EQ(trained["input_mean"], (std::vector<double>{1}));
  EXPECT_TRUE(trained["left_out"].empty());
  EXPECT_FALSE(contains(run({"evaluate", "--model", golden("sequential"), "--data", "data.h5"}).err,
                        "acts in training only"));
}

TEST_F(KerasModels, WhatIsNotSupportedIsNamed) {
  make_pictures(3);
  for (const char* command : {"evaluate", "train"}) {
    expect_error({command, "--model", golden("recurrent"), "--data", "data.h5"}, 65,
                 "recurrent.h5: model_config: layer 2 (GRU 'gru') is not supported");
  }
}

TEST_F(KerasModels, AnArchiveOfKeras3IsRefusedWithTheWayToConvertIt) {
  make_pictures(3);
  write("m.keras", "PK\x03\x04 and so on");
  for (const char* command : {"evaluate", "train"}) {
    expect_error({command, "--model", "m.keras", "--data", "data.h5"}, 65,
                 "m.keras: found a zip archive, as Keras 3 writes it; wanted HDF5. In Python: "
                 "keras.models.load_model('m.keras').save('m.h5')");
  }
}

}  // namespace
}  // namespace dtheta
