/// The pieces of SVG that the pictures share. Coordinates are pixels, y downwards.
#pragma once

#include <string>
#include <string_view>

namespace dtheta::cli {

/// `text` as it stands in SVG: with entities for & and <.
std::string svg_escaped(std::string_view text);

/// The beginning of a picture, on white.
std::string svg_begin(double width, double height);

/// `anchor` is start, middle or end.
std::string svg_text(double x, double y, std::string_view text, std::string_view anchor = "start");

/// `dashes` are lengths of dashes and gaps, such as "6 4"; empty: a whole line.
std::string svg_line(double x1, double y1, double x2, double y2, std::string_view colour = "black",
                     std::string_view dashes = "");

}  // namespace dtheta::cli
