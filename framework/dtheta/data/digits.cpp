#include "dtheta/data/digits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/random.hpp"
#include "dtheta/data/digit_strokes.hpp"
#include "dtheta/data/rasterizer.hpp"

namespace dtheta {
namespace {

constexpr Size side = 28;
constexpr Size pixels = side * side;
constexpr Size classes = 10;

/// Which part of the data set; the value is in the key of its random numbers.
enum class Split : std::uint64_t { train = 0, test = 1 };

/// The affine map from the unit square, in which digits are drawn, to pixels.
class Placement {
 public:
  /// Random size, aspect, slant, rotation and position. The rotation by φ is drawn as
  /// t = tan(φ/2), from which cosine and sine follow without a library's rounding.
  explicit Placement(Philox& random) {
    const double height = random.uniform(15, 21);
    const double width = height * random.uniform(0.5, 0.85);
    const double slant = random.uniform(-0.1, 0.4);  // to the right, of the height
    const double t = random.uniform(-0.1, 0.1);      // φ up to 11 degrees
    const double cosine = (1 - t * t) / (1 + t * t);
    const double sine = 2 * t / (1 + t * t);
    const double shear = slant * height;
    xx_ = cosine * width;
    xy_ = -cosine * shear - sine * height;
    yx_ = sine * width;
    yy_ = -sine * shear + cosine * height;
    centre_ = {middle + random.uniform(-2.5, 2.5), middle + random.uniform(-2.5, 2.5)};
  }

  Point operator()(Point p) const {
    const Point q{p.x - 0.5, p.y - 0.5};
    return {centre_.x + xx_ * q.x + xy_ * q.y, centre_.y + yx_ * q.x + yy_ * q.y};
  }

 private:
  static constexpr double middle = (side - 1) / 2.0;

  double xx_, xy_, yx_, yy_;
  Point centre_;
};

void draw_strokes(int digit, Philox& random, View<double> canvas) {
  const std::vector<Stroke> strokes = draw_digit(digit, random);
  const Placement place(random);
  const double radius = random.uniform(0.7, 1.7);
  Pen pen{.softness = random.uniform(0.8, 1.8), .ink = random.uniform(0.7, 1.0)};
  for (Stroke stroke : strokes) {
    std::ranges::transform(stroke, stroke.begin(), place);
    pen.begin_radius = radius * random.uniform(0.75, 1.15);
    pen.end_radius = radius * random.uniform(0.65, 1.1);
    draw_line(stroke, pen, canvas);
  }
}

/// Up to three faint dots and hairs, anywhere.
void draw_specks(Philox& random, View<double> canvas) {
  const Size specks = random.below(4);
  for (Size speck = 0; speck < specks; ++speck) {
    const Point from{random.uniform(0, side - 1), random.uniform(0, side - 1)};
    const Point to{from.x + random.uniform(-2, 2), from.y + random.uniform(-2, 2)};
    const Pen pen{.begin_radius = random.uniform(0.2, 0.6),
                  .end_radius = 0.2,
                  .softness = 1,
                  .ink = random.uniform(0.2, 0.8)};
    draw_line(std::array{from, to}, pen, canvas);
  }
}

/// The grain of the paper and the scanner.
void add_grain(Philox& random, View<double> canvas) {
  const double grain = random.uniform(0, 0.2);
  for (double& pixel : canvas.span()) {
    pixel = std::clamp(pixel + grain * (random.uniform() - 0.5), 0.0, 1.0);
  }
}

/// The class of a sample: each run of ten from a multiple of ten is its own random order of all.
int class_of_sample(std::uint64_t seed, Split split, Size sample) {
  std::array<Size, classes> order{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  // The streams of epochs 0 and 1 belong to the samples, those of 2 and 3 to the orders.
  Philox random(seed, Purpose::synthetic_data, 2 + static_cast<std::uint64_t>(split),
                static_cast<std::uint64_t>(sample / classes));
  shuffle(order, random);
  return static_cast<int>(order[static_cast<std::size_t>(sample % classes)]);
}

Dataset make_split(std::uint64_t seed, Split split, Size samples) {
  AlignedBuffer<std::byte> x(samples * pixels);
  std::vector<std::int32_t> labels;
  AlignedBuffer<double> canvas(pixels);
  for (Size sample = 0; sample < samples; ++sample) {
    const int digit = class_of_sample(seed, split, sample);
    Philox random(seed, Purpose::synthetic_data, static_cast<std::uint64_t>(split),
                  static_cast<std::uint64_t>(sample));
    const View<double> picture = canvas.view({side, side});
    std::ranges::fill(picture.span(), 0.0);
    draw_strokes(digit, random, picture);
    draw_specks(random, picture);
    add_grain(random, picture);
    std::ranges::transform(picture.span(), x.data() + sample * pixels, [](double ink) {
      return static_cast<std::byte>(std::lround(255 * ink));
    });
    labels.push_back(digit);
  }
  std::vector<std::string> names;
  for (Size digit = 0; digit < classes; ++digit) names.push_back(std::to_string(digit));
  return {ElementType::uint8, {side, side, 1}, std::move(x), std::move(labels), std::move(names)};
}

}  // namespace

DatasetSplits make_digits(const DigitsOptions& options) {
  if (options.train < 1 || options.test < 0) {
    throw UsageError(
        fmt::format("{} training and {} test digits were asked for; wanted at least 1 and 0",
                    options.train, options.test));
  }
  DatasetSplits splits;
  splits.train = make_split(options.seed, Split::train, options.train);
  if (options.test > 0) splits.test = make_split(options.seed, Split::test, options.test);
  return splits;
}

}  // namespace dtheta
