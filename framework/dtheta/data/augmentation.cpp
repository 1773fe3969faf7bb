#include "dtheta/data/augmentation.hpp"

#include <algorithm>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/data/picture_changes.hpp"

namespace dtheta {
namespace {

using enum AugmentationKind;

bool is_resampling(const AugmentationStep& step) {
  return step.kind == shift || step.kind == rotate || step.kind == scale;
}

void check_fit(const AugmentationStep& step, const Shape& sample) {
  if (step.kind == mixup) return;
  const std::string entry = augmentation_list_text({step});
  if (sample.rank() != 3) {
    throw UsageError(fmt::format(
        "augmentation '{}' wants pictures {{height, width, channels}}; the samples are {} (mixup "
        "is for any)",
        entry, sample.text()));
  }
  const Size least = std::min(sample[0], sample[1]);
  const Size needed = static_cast<Size>(step.kind == crop ? step.amount + 1 : step.amount);
  if ((step.kind == crop || step.kind == cutout) && needed > least) {
    throw UsageError(
        fmt::format("augmentation '{}' wants pictures of at least {} pixels; they are {}", entry,
                    needed, sample.text()));
  }
}

/// a[i] = λ·a[i] + (1 − λ)·b[i].
template <std::floating_point T>
void mix(double lambda, std::span<const T> b, std::span<T> a) {
  const T more = static_cast<T>(lambda), less = static_cast<T>(1 - lambda);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = more * a[i] + less * b[i];
}

/// Sample n's numbers.
template <std::floating_point T>
std::span<T> row(View<T> rows, Size n) {
  const auto numbers = static_cast<std::size_t>(rows.size() / rows.dim(0));
  return rows.span().subspan(static_cast<std::size_t>(n) * numbers, numbers);
}

}  // namespace

template <std::floating_point T>
Augmentation<T>::Augmentation(std::vector<AugmentationStep> steps, const Dataset& data,
                              InputPreparation preparation, std::uint64_t seed, int workers)
    : steps_(std::move(steps)),
      data_(data),
      preparation_(std::move(preparation)),
      seed_(seed),
      mixes_(!steps_.empty() && steps_.back().kind == mixup) {
  const Shape& sample = data.sample_shape();
  for (const AugmentationStep& step : steps_) check_fit(step, sample);
  const bool resamples = std::ranges::any_of(steps_, is_resampling);
  const Size widest = std::max(data.classes(), data.values_per_sample());
  for (int worker = 0; worker < workers; ++worker) {
    scratch_.push_back({.picture = AlignedBuffer<T>(resamples ? sample.size() : 0),
                        .x = AlignedBuffer<T>(mixes_ ? sample.size() : 0),
                        .y = AlignedBuffer<T>(mixes_ ? widest : 0)});
  }
}

template <std::floating_point T>
Size Augmentation<T>::bytes() const {
  Size numbers = 0;
  for (const Scratch& each : scratch_) {
    numbers += each.picture.size() + each.x.size() + each.y.size();
  }
  return numbers * static_cast<Size>(sizeof(T));
}

template <std::floating_point T>
void Augmentation<T>::apply(Size epoch, const SampleBatch& batch, Size first, View<T> x, View<T> y,
                            int worker) {
  if (steps_.empty()) return;
  Scratch& scratch = scratch_[static_cast<std::size_t>(worker)];
  const SampleBatch part = batch.part(first, x.dim(0));
  for (Size n = 0; n < part.size(); ++n) change(epoch, part.key(n), row(x, n), scratch);
  if (!mixes_) return;
  // What the last one is mixed with may be another shard's: it is made here once more.
  const SampleBatch next = batch.part((first + part.size()) % batch.size(), 1);
  const View<T> next_x = scratch.x.view({1, scratch.x.size()});
  const View<T> next_y = scratch.y.view({1, y.dim(1)});
  data_.gather(next, preparation_, next_x, next_y);
  change(epoch, next.key(0), next_x.span(), scratch);
  for (Size n = 0; n < part.size(); ++n) {
    const bool is_last = n + 1 == part.size();
    const double lambda = mixing_share(epoch, part.key(n));
    mix<T>(lambda, is_last ? next_x.span() : row(x, n + 1), row(x, n));
    mix<T>(lambda, is_last ? next_y.span() : row(y, n + 1), row(y, n));
  }
}

template <std::floating_point T>
double Augmentation<T>::mixing_share(Size epoch, Size key) const {
  Philox random(seed_, Purpose::mixup, static_cast<std::uint64_t>(epoch),
                static_cast<std::uint64_t>(key));
  const double alpha = steps_.back().amount;
  return random.beta(alpha, alpha);
}

template <std::floating_point T>
void Augmentation<T>::change(Size epoch, Size key, std::span<T> x, Scratch& scratch) const {
  const Shape& shape = data_.sample_shape();
  if (shape.rank() != 3) return;  // mixup alone
  const View<T> picture(x, shape);
  Philox random(seed_, Purpose::augmentation, static_cast<std::uint64_t>(epoch),
                static_cast<std::uint64_t>(key));
  for (std::size_t step = 0; step < steps_.size();) {
    if (is_resampling(steps_[step])) {
      step = resample_run(step, random, picture, scratch);
    } else {
      change_pixels(steps_[step++], random, picture);
    }
  }
}

template <std::floating_point T>
std::size_t Augmentation<T>::resample_run(std::size_t step, Philox& random, View<T> picture,
                                          Scratch& scratch) const {
  PixelMap map;
  for (; step < steps_.size() && is_resampling(steps_[step]); ++step) {
    const double most = steps_[step].amount;
    const double drawn = random.uniform(-most, most);
    if (steps_[step].kind == rotate) {
      map.turn(drawn * std::numbers::pi / 180);
    } else if (steps_[step].kind == scale) {
      map.enlarge(1 + drawn);
    } else {
      map.move(drawn * static_cast<double>(picture.dim(0)),
               random.uniform(-most, most) * static_cast<double>(picture.dim(1)));
    }
  }
  std::ranges::copy(picture.span(), scratch.picture.data());
  resample<T>(scratch.picture.view(picture.shape()), map, picture);
  return step;
}

template <std::floating_point T>
void Augmentation<T>::change_pixels(const AugmentationStep& step, Philox& random,
                                    View<T> picture) const {
  const auto pixels = static_cast<Size>(step.amount);
  const auto factor = [&] { return static_cast<T>(1 + random.uniform(-step.amount, step.amount)); };
  switch (step.kind) {
    case flip:
      if (random.below(2) == 1) mirror_horizontally(picture);
      break;
    case flip_vertical:
      if (random.below(2) == 1) mirror_vertically(picture);
      break;
    case crop: {
      const Size down = random.below(2 * pixels + 1) - pixels;
      const Size right = random.below(2 * pixels + 1) - pixels;
      move_pixels(picture, down, right);
      break;
    }
    case brightness:
      change_brightness(picture, factor(), preparation_);
      break;
    case contrast:
      change_contrast(picture, factor());
      break;
    case cutout: {
      const Size row = random.below(picture.dim(0));
      cut_out(picture, row, random.below(picture.dim(1)), pixels);
      break;
    }
    case shift:  // resample_run
    case rotate:
    case scale:
    case mixup:  // apply
      break;
  }
}

template class Augmentation<float>;
template class Augmentation<double>;

}  // namespace dtheta
