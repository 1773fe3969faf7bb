#include "apps/dtheta_program.hpp"

namespace dtheta::test {
namespace {

using namespace std::string_literals;

class DatasetCommand : public DthetaProgram {
 protected:
  nlohmann::json info(const std::string& file) const { return json_of({"dataset", "info", file}); }
};

/// A big-endian 32-bit number of an IDX header.
std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

TEST_F(DatasetCommand, DrawsDigitsThatTheSeedDecides) {
  const std::string text = output_of({"dataset", "make", "digits", "--output", "a.h5", "--train",
                                      "30", "--test", "20", "--seed", "5"});
  EXPECT_TRUE(contains(text, "28x28x1"));
  EXPECT_TRUE(contains(text, "uint8"));
  output_of(
      {"dataset", "make", "digits", "--output", "b.h5", "--train=30", "--test=20", "--seed=5"});
  output_of(
      {"dataset", "make", "digits", "--output", "c.h5", "--train=30", "--test=20", "--seed=6"});
  EXPECT_EQ(read("a.h5"), read("b.h5"));
  EXPECT_NE(read("a.h5"), read("c.h5"));
  const nlohmann::json json = info("a.h5");
  EXPECT_EQ(json["classes"], 10);
  EXPECT_EQ(json["parts"]["train"]["samples"], 30);
  EXPECT_EQ(json["parts"]["train"]["class_counts"], nlohmann::json(std::vector<int>(10, 3)));
  EXPECT_EQ(json["parts"]["test"]["samples"], 20);
  EXPECT_EQ(json["parts"]["test"]["shape"], (nlohmann::json{28, 28, 1}));
  EXPECT_EQ(json["parts"]["test"]["highest"], 255);
}

TEST_F(DatasetCommand, ImportsIdx) {
  const std::string pictures = big_endian(0x803) + big_endian(2) + big_endian(2) + big_endian(3);
  const std::string labels = big_endian(0x801) + big_endian(2);
  write("x", pictures + "\0\1\2\3\4\5\6\7\10\11\12\13"s);
  write("y", labels + "\1\0"s);
  output_of({"dataset", "import", "idx", "x", "y", "--output", "a.h5"});
  EXPECT_FALSE(info("a.h5")["parts"].contains("test"));
  EXPECT_EQ(info("a.h5")["parts"]["train"]["shape"], (nlohmann::json{2, 3, 1}));
  EXPECT_EQ(info("a.h5")["parts"]["train"]["mean"], 5.5);
  output_of({"dataset", "import", "idx", "x", "y", "x", "y", "--output", "a.h5"});
  EXPECT_EQ(info("a.h5")["parts"]["test"]["samples"], 2);

  expect_error({"dataset", "import", "idx", "x", "--output", "a.h5"}, 2, "needs TRAIN_IMAGES");
  expect_error({"dataset", "import", "idx", "x", "y", "x", "--output", "a.h5"}, 2, "TEST_LABELS");
  write("short", labels + "\1"s);
  expect_error({"dataset", "import", "idx", "x", "short", "--output", "a.h5"}, 65, "short");
}

TEST_F(DatasetCommand, ImportsCifar10) {
  const std::string record = "\3" + std::string(3072, '\7');
  write("a.bin", record + record);
  write("b.bin", record);
  output_of({"dataset", "import", "cifar10", "a.bin", "b.bin", "--test", "b.bin", "a.bin",
             "--output", "c.h5"});
  const nlohmann::json json = info("c.h5");
  EXPECT_EQ(json["parts"]["train"]["samples"], 3);
  EXPECT_EQ(json["parts"]["test"]["samples"], 3);
  EXPECT_EQ(json["class_names"][3], "cat");
  write("bad.bin", "\12" + std::string(3072, '\7'));
  expect_error({"dataset", "import", "cifar10", "bad.bin", "--output", "d.h5"}, 65, "bad.bin");
  EXPECT_FALSE(exists("d.h5"));
}

TEST_F(DatasetCommand, ImportsCsv) {
  write("a.csv", "size,kind,weight\n1,cat,2.5\n2,dog,3\n3,cat,4\n");
  output_of({"dataset", "import", "csv", "a.csv", "--label-column", "kind", "--output", "a.h5"});
  EXPECT_EQ(info("a.h5")["class_names"], (nlohmann::json{"cat", "dog"}));
  output_of({"dataset", "import", "csv", "a.csv", "--label-column", "1", "--test", "a.csv",
             "--output", "a.h5"});
  EXPECT_EQ(info("a.h5")["parts"]["test"]["class_counts"], (nlohmann::json{2, 1}));

  write("r.csv", "1,2.5\n2,3.25\n3,4\n");
  output_of({"dataset", "import", "csv", "r.csv", "--label-column", "-1", "--output", "r.h5"});
  const nlohmann::json part = info("r.h5")["parts"]["train"];
  EXPECT_EQ(part["targets"]["mean"], 3.25);
  EXPECT_TRUE(contains(output_of({"dataset", "info", "r.h5"}), "regression"));
}

TEST_F(DatasetCommand, ImportsFoldersOfPictures) {
  const std::filesystem::path golden = std::filesystem::path(DTHETA_GOLDEN_FOLDER) / "pictures";
  for (const std::string place : {"pets/cat/1.png", "pets/dog/2.jpg", "more/dog/3.png"}) {
    std::filesystem::create_directories(path(place).parent_path());
    std::filesystem::copy_file(golden / (place.ends_with("jpg") ? "rgb.jpg" : "rgb.png"),
                               path(place));
  }
  write("pets/dog/notes.txt", "not a picture");
  const ProgramResult result = run({"dataset", "import", "images", "pets", "--test", "more",
                                    "--size", "4x6", "--output", "p.h5"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(contains(result.err, "pets/dog/notes.txt is neither JPEG nor PNG; left out"));
  EXPECT_EQ(info("p.h5")["class_names"], (nlohmann::json{"cat", "dog"}));
  EXPECT_EQ(info("p.h5")["parts"]["train"]["shape"], (nlohmann::json{4, 6, 3}));
  EXPECT_EQ(info("p.h5")["parts"]["train"]["class_counts"], (nlohmann::json{1, 1}));
  EXPECT_EQ(info("p.h5")["parts"]["test"]["class_counts"], (nlohmann::json{0, 1}));
  const Words import{"dataset", "import", "images", "pets", "--output", "q.h5"};
  output_of(import);
  expect_error(import + Words{"--size", "4"}, 2, "wanted two whole numbers such as 64x64");
  expect_error({"dataset", "import", "images", "none", "--output", "q.h5"}, 74, "none: cannot");
}

TEST_F(DatasetCommand, PacksWhereAsked) {
  const Words make{"dataset", "make", "digits", "--train", "300", "--test", "50", "--output"};
  output_of(make + Words{"plain.h5"});
  output_of(make + Words{"packed.h5", "--compress", "6"});
  EXPECT_LT(read("packed.h5").size(), read("plain.h5").size());
  EXPECT_EQ(info("plain.h5")["parts"], info("packed.h5")["parts"]);
  EXPECT_TRUE(contains(output_of({"inspect", "packed.h5"}), "chunks of 300x28x28x1, gzip 6"));
  expect_error(make + Words{"packed.h5", "--compress", "10"}, 2, "from 0 to 9");
}

TEST_F(DatasetCommand, DoesNotOverwriteItsInput) {
  write("a.csv", "1,2\n");
  expect_error({"dataset", "import", "csv", "a.csv", "--label-column", "1", "--output", "./a.csv"},
               2, "a.csv would be overwritten");
  EXPECT_EQ(read("a.csv"), "1,2\n");
}

}  // namespace
}  // namespace dtheta::test
