/* mmreader.hpp - the library for C++17 and later, in the idiom of the standard library
 *
 * Header-only: programs link with libmmreader alone. Every range is a view that owns nothing; with
 * C++20 it satisfies std::ranges::view. doc/cpp.md shows each way with a small program.
 *
 *	mmreader::reader file("access.log");
 *
 *	for (std::string_view line : mmreader::lines(file))
 *		use(line);
 *
 * A failure throws mmreader::error. A call with a std::error_code as its last argument stores the
 * failure there instead, and can be used without exceptions (error.hpp).
 *
 * Comments give only what differs from the call of the C headers that has the same name.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_HPP
#define MMREADER_HPP

#include <mmreader/error.hpp>
#include <mmreader/reader.hpp>
#include <mmreader/follow.hpp>
#include <mmreader/views.hpp>
#include <mmreader/lines.hpp>
#include <mmreader/array.hpp>
#include <mmreader/exact.hpp>
#include <mmreader/text.hpp>
#include <mmreader/record.hpp>
#include <mmreader/scan.hpp>
#include <mmreader/parallel.hpp>
#include <mmreader/each.hpp>
#include <mmreader/compare.hpp>
#include <mmreader/index.hpp>
#include <mmreader/regex.hpp>
#include <mmreader/filter.hpp>
#include <mmreader/search.hpp>
#include <mmreader/bisect.hpp>
#include <mmreader/intern.hpp>
#include <mmreader/memory.hpp>

#endif
