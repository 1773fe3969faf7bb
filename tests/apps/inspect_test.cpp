/// dtheta inspect on data sets of others, and the options that say what a file does not.
#include "apps/dtheta_program.hpp"
#include "dtheta/storage/hdf5_writer.hpp"

namespace dtheta::test {
namespace {

class InspectData : public DthetaProgram {
 protected:
  /// Twelve grey pictures in `x` and one-hot targets of two classes in `y`, in a group each part.
  void make_pictures(const std::string& x, const std::string& y) const {
    hdf5::Writer file(path("pictures.h5"));
    for (const std::string group : {"/test", "/train"}) {
      file.create_group(group);
      std::vector<std::uint8_t> pixels(12 * 9);
      std::vector<std::uint8_t> targets(24, 0);
      for (std::size_t n = 0; n < 12; ++n) {
        for (std::size_t i = 0; i < 9; ++i) {
          pixels[9 * n + i] = static_cast<std::uint8_t>(n % 2 == 0 ? i : 100 + i);
        }
        targets[2 * n + n % 2] = 1;
      }
      file.write_numbers(group + "/" + x, ElementType::uint8, {12, 1, 3, 3},
                         std::as_bytes(std::span(pixels)), hdf5::Storage::in_chunks_of_rows, 4);
      file.write_numbers(group + "/" + y, ElementType::uint8, {12, 2},
                         std::as_bytes(std::span(targets)), hdf5::Storage::in_one_piece);
    }
    file.commit();
  }
};

TEST_F(InspectData, TellsWhatWasRecognisedAndByWhichRule) {
  make_pictures("images", "targets");
  const std::string text = output_of({"inspect", "pictures.h5"});
  for (const char* const part :
       {"    images   uint8 {12, 1, 3, 3}  chunks of 12x1x3x3, gzip 4  from 0 to 108\n",
        "    targets  uint8 {12, 2}        contiguous                  from 0 to 1\n",
        "recognised by: a group a part (/{split}/{name})\n",
        "parts: /train/images with /train/targets; /test/images with /test/targets\n",
        "samples: NHWC by four axes\n", "targets: one-hot rows, without names\n", "1x3x3",
        "    1  1         6     6\n"}) {
    EXPECT_TRUE(contains(text, part));
  }
  const nlohmann::json json = json_of({"inspect", "pictures.h5"});
  EXPECT_EQ(json["kind"], "dataset");
  EXPECT_EQ(json["objects"][1]["path"], "/test/images");
  EXPECT_EQ(json["objects"][1]["storage"], "chunks of 12x1x3x3, gzip 4");
  EXPECT_EQ(json["objects"][1]["highest"], 108);
  EXPECT_EQ(json["parts"]["train"]["class_counts"], (nlohmann::json{6, 6}));
}

TEST_F(InspectData, ShowsTheTreeOfAnyFileAndHowToHelp) {
  make_pictures("pics", "kinds");
  const std::string text = output_of({"inspect", "pictures.h5"});
  for (const char* const part : {"    pics   uint8 {12, 1, 3, 3}", "--x", "--y", "--layout"}) {
    EXPECT_TRUE(contains(text, part));
  }
  EXPECT_EQ(json_of({"inspect", "pictures.h5"})["kind"], "unknown");
  const Words names{"--x", "/{split}/pics", "--y", "{split}/kinds"};
  EXPECT_EQ(json_of(Words{"inspect", "pictures.h5"} + names)["kind"], "dataset");
  EXPECT_EQ(json_of(Words{"dataset", "info", "pictures.h5"} + names)["classes"], 2);

  const Words data = Words{"--data", "pictures.h5"} + names;
  expect_error({"train", "--data", "pictures.h5", "--model", "logistic"}, 65, "--x");
  output_of(Words{"train", "--model", "flatten, dense 1", "--epochs", "1", "--output", "m.h5"} +
            data);
  EXPECT_EQ(json_of(Words{"evaluate", "--model", "m.h5"} + data)["samples"], 12);
  output_of(Words{"predict", "--model", "m.h5", "--output", "p.csv"} + data);
  EXPECT_TRUE(contains(read("p.csv"), "\n11,"));
}

TEST_F(InspectData, ADataSetThatIsWrongIsAnErrorAfterItsTree) {
  hdf5::Writer file(path("wrong.h5"));
  const std::vector<std::uint8_t> numbers(6);
  file.write_numbers("/x", ElementType::uint8, {3, 2}, std::as_bytes(std::span(numbers)),
                     hdf5::Storage::in_one_piece);
  file.write_numbers("/y", ElementType::uint8, {2}, std::as_bytes(std::span(numbers).first(2)),
                     hdf5::Storage::in_one_piece);
  file.commit();
  const ProgramResult result = run({"inspect", "wrong.h5"});
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_TRUE(contains(result.out, "  x  uint8 {3, 2}"));
  EXPECT_TRUE(contains(result.err, "wrong.h5: /y has 2 labels for 3 samples in /x"));
}

TEST_F(InspectData, OptionsOfReadingAreChecked) {
  make_pictures("images", "targets");
  const Words inspect{"inspect", "pictures.h5"};
  expect_error(inspect + Words{"--layout", "CHW"}, 2, "wanted NHW, NHWC or NCHW");
  expect_error(inspect + Words{"--input-shape", "3x3"}, 2, "wanted a shape such as 32x32x3");
  expect_error(inspect + Words{"--task", "guess"}, 2, "wanted classification or regression");
  const auto json = json_of(inspect + Words{"--layout", "NHWC", "--task", "regression"});
  EXPECT_EQ(json["parts"]["train"]["shape"], (nlohmann::json{1, 3, 3}));
  EXPECT_EQ(json["parts"]["train"]["targets"]["per_sample"], 2);
}

}  // namespace
}  // namespace dtheta::test
