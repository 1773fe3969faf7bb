#include "dtheta/data/picture_scaling.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace dtheta {
namespace {

/// The pixels that one scaled pixel is made of, along one axis.
struct Taps {
  Size first;
  std::vector<double> weights;  ///< their sum is 1
};

std::vector<Taps> taps_of(Size from, Size to) {
  const double ratio = static_cast<double>(from) / static_cast<double>(to);
  const double radius = std::max(1.0, ratio);
  std::vector<Taps> all;
  for (Size i = 0; i < to; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * ratio - 0.5;
    const Size first = std::max<Size>(0, static_cast<Size>(std::ceil(centre - radius)));
    const Size last = std::min(from - 1, static_cast<Size>(std::floor(centre + radius)));
    Taps taps{first, {}};
    double sum = 0;
    for (Size j = first; j <= last; ++j) {
      taps.weights.push_back(std::max(0.0, 1 - std::abs(static_cast<double>(j) - centre) / radius));
      sum += taps.weights.back();
    }
    for (double& weight : taps.weights) weight /= sum;
    all.push_back(std::move(taps));
  }
  return all;
}

/// rows {H, W, C} → {H, w, C}.
std::vector<double> scale_rows(View<const std::uint8_t> picture, Size width) {
  const Size channels = picture.dim(2);
  const std::vector<Taps> all = taps_of(picture.dim(1), width);
  std::vector<double> scaled;
  scaled.reserve(static_cast<std::size_t>(picture.dim(0) * width * channels));
  for (Size row = 0; row < picture.dim(0); ++row) {
    for (const Taps& taps : all) {
      for (Size c = 0; c < channels; ++c) {
        double sum = 0;
        Size at = (row * picture.dim(1) + taps.first) * channels + c;
        for (const double weight : taps.weights) {
          sum += weight * picture[at];
          at += channels;
        }
        scaled.push_back(sum);
      }
    }
  }
  return scaled;
}

}  // namespace

void scale_picture(View<const std::uint8_t> picture, View<std::uint8_t> scaled) {
  assert(picture.dim(2) == scaled.dim(2) && picture.size() > 0 && scaled.size() > 0);
  const std::vector<double> rows = scale_rows(picture, scaled.dim(1));
  const auto length = static_cast<std::size_t>(scaled.dim(1) * scaled.dim(2));
  std::size_t out = 0;
  for (const Taps& taps : taps_of(picture.dim(0), scaled.dim(0))) {
    for (std::size_t i = 0; i < length; ++i) {
      double sum = 0;
      std::size_t at = static_cast<std::size_t>(taps.first) * length + i;
      for (const double weight : taps.weights) {
        sum += weight * rows[at];
        at += length;
      }
      scaled[static_cast<Size>(out++)] = static_cast<std::uint8_t>(std::floor(sum + 0.5));
    }
  }
}

}  // namespace dtheta
