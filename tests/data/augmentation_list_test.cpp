#include "dtheta/data/augmentation_list.hpp"

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "support/messages.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;
using enum AugmentationKind;

TEST(AugmentationList, IsReadInItsOrder) {
  const std::vector<AugmentationStep> wanted{{flip},       {crop, 4},     {flip_vertical},
                                             {rotate, 15}, {scale, 0.25}, {mixup, 0.2}};
  EXPECT_EQ(
      parse_augmentation_list(" Flip,crop  4 , flip\tvertical, rotate 15,scale 2.5e-1, mixup 0.2"),
      wanted);
  EXPECT_TRUE(parse_augmentation_list("").empty());
  EXPECT_TRUE(parse_augmentation_list("  ").empty());
}

TEST(AugmentationList, IsWrittenAsItIsRead) {
  const std::string all =
      "flip, flip vertical, crop 4, shift 0.1, rotate 12.5, scale 0.2, brightness 0.4, contrast "
      "0.3, cutout 8, mixup 0.2";
  EXPECT_EQ(augmentation_list_text(parse_augmentation_list(all)), all);
  EXPECT_EQ(augmentation_list_text({}), "");
}

TEST(AugmentationList, SaysWhatIsWrong) {
  const auto message = [](const std::string& text) {
    return message_of<UsageError>([&] { parse_augmentation_list(text); });
  };
  EXPECT_TRUE(contains(message("flip, crip 4"), "'crip 4': unknown; did you mean 'crop'?"));
  EXPECT_TRUE(contains(message("flip horizontal"), "'horizontal' means nothing here"));
  EXPECT_TRUE(contains(message("flip vertical 2"), "'vertical 2' means nothing here"));
  for (const char* text :
       {"crop", "crop 0", "crop -1", "crop 1.5", "crop x", "crop 4 4", "crop 65536"}) {
    EXPECT_TRUE(contains(message(text), "crop wants N after it, a whole number from 1 to 65535"))
        << text;
  }
  EXPECT_TRUE(
      contains(message("rotate 181"), "rotate wants DEGREES after it, above 0, at most 180"));
  for (const char* text : {"scale 1", "shift 1", "brightness 1.1", "contrast nan", "mixup inf"}) {
    EXPECT_TRUE(contains(message(text), "after it, above 0, at most")) << text;
  }
  EXPECT_TRUE(contains(message("flip, crop 2, flip"), "'flip': it comes twice"));
  EXPECT_TRUE(contains(message("mixup 1, flip"), "'flip': it comes after mixup"));
  EXPECT_TRUE(contains(message("flip,, crop 2"), "'': unknown"));
  EXPECT_TRUE(contains(message("flip,"), "'': unknown"));
  EXPECT_TRUE(contains(message("x"), augmentation_grammar()));
}

}  // namespace
}  // namespace dtheta
