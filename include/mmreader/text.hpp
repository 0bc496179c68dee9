/* text.hpp - cuts bytes, and iterates over fields, cells, matches, positions and chunks
 *
 * All elements are views of the bytes; nothing is copied. Ranges fail with the errors of the C
 * iterator of the same name.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_TEXT_HPP
#define MMREADER_TEXT_HPP

#include <mmreader/array.hpp>
#include <mmreader/lines.hpp>

#include <vector>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* --- Cutting and numbers ---------------------------------------------------------------------- */

/* As `stop`: to the end. */
inline constexpr std::int64_t to_end = MMR_END;

/* Python's bytes[start:stop]: negative indexes count from the end, and indexes out of range are
 * clamped. */
[[nodiscard]] inline std::string_view cut(
	borrowed bytes, std::int64_t start, std::int64_t stop = to_end) noexcept
{
	return detail::bytes(mmr_slice_cut(bytes, start, stop));
}

/* Exactly the bytes [off, off + len). Errors: ERANGE; errc::no_map. */
[[nodiscard]] inline std::string_view cut_exactly(
	borrowed bytes, std::uint64_t off, std::uint64_t len, on_error err = on_error())
{
	mmr_slice part = {nullptr, 0};

	err.failed(mmr_slice_at(bytes, off, len, &part));
	return detail::bytes(part);
}

[[nodiscard]] inline std::string_view trim(borrowed bytes) noexcept
{
	return detail::bytes(mmr_slice_trim(bytes));
}

/* Parses a number in the syntax of mmr_slice_to_i64, _u64 or _f64. A float is rounded from the
 * nearest double.
 *
 * Returns: no value for a text that is not a number, or that does not fit into `Number`.
 * Errors: errc::truncated, EIO, errc::no_map. */
template <class Number>
[[nodiscard]] std::optional<Number> to_number(borrowed text, on_error err = on_error())
{
	detail::wide<Number> value{};
	int result;

	if constexpr (std::is_floating_point_v<Number>)
		result = mmr_slice_to_f64(text, &value);
	else if constexpr (std::is_signed_v<Number>)
		result = mmr_slice_to_i64(text, &value);
	else
		result = mmr_slice_to_u64(text, &value);
	if (result == -EINVAL || result == -ERANGE || err.failed(result))
		return std::nullopt;
	return detail::narrow<Number>(value);
}

/* Parses a decimal number without rounding it.
 *
 * Returns: no value for a text that is not a number, or that mmr_decimal has no room for.
 * Errors: errc::truncated, EIO, errc::no_map. */
[[nodiscard]] inline std::optional<mmr_decimal> to_decimal(borrowed text, on_error err = on_error())
{
	mmr_decimal value{};
	const int result = mmr_slice_to_decimal(text, &value);

	if (result == -EINVAL || result == -ERANGE || err.failed(result))
		return std::nullopt;
	return value;
}

/* How often a byte occurs. */
[[nodiscard]] inline std::uint64_t count_byte(borrowed bytes, char byte, on_error err = on_error())
{
	std::uint64_t n = 0;

	err.failed(mmr_slice_count(bytes, byte, &n));
	return n;
}

/* --- Fields ----------------------------------------------------------------------------------- */

namespace detail
{

struct field_source : text_source {
	using state = mmr_fields;
	mmr_slice line;
	char delimiter;

	state start() const noexcept
	{
		return mmr_fields_of(line, delimiter);
	}

	static bool next(state &it, raw &field) noexcept
	{
		return mmr_fields_next(&it, &field);
	}

	static int error(const state &it) noexcept
	{
		return mmr_fields_error(&it);
	}
};

} // namespace detail

using fields_view = view<detail::field_source>;

/* The fields of one line, without its terminator. */
[[nodiscard]] inline fields_view fields(borrowed line, char delimiter, on_error err = on_error())
{
	return fields_view({{}, line, delimiter}, err);
}

/* --- Tables ----------------------------------------------------------------------------------- */

/* A cell; see mmr_cell. */
struct cell {
	std::string_view text; /* without the enclosing quotes; quotes inside are still doubled */
	bool quoted = false;
	bool last = false;

	/* A copy of the text, with single quotes for doubled ones. */
	[[nodiscard]] std::string str(on_error err = on_error()) const
	{
		std::string copy(text.size(), '\0');
		std::size_t len = 0;

		if (err.failed(mmr_cell_unquote(
			    {detail::slice(text), quoted, last}, copy.data(), &len)))
			len = 0;
		copy.resize(len);
		return copy;
	}
};

namespace detail
{

struct cell_source {
	using state = mmr_table;
	using raw = mmr_cell;
	using value = cell;
	mmr_slice bytes;
	char delimiter;

	state start() const noexcept
	{
		return mmr_table_of(bytes, delimiter);
	}

	static bool next(state &it, raw &cell) noexcept
	{
		return mmr_table_next(&it, &cell);
	}

	static int error(const state &it) noexcept
	{
		return mmr_table_error(&it);
	}

	static value get(const raw &cell) noexcept
	{
		return {detail::bytes(cell.text), cell.quoted, cell.last};
	}
};

class row_source
{
public:
	using value = std::vector<cell>;

	row_source(mmr_slice bytes, char delimiter) noexcept : it_(mmr_table_of(bytes, delimiter))
	{
	}

	bool next(value &row)
	{
		mmr_cell cell;

		row.clear();
		while (mmr_table_next(&it_, &cell)) {
			row.push_back(cell_source::get(cell));
			if (cell.last)
				break;
		}
		return !row.empty();
	}

	int error() const noexcept
	{
		return mmr_table_error(&it_);
	}

private:
	mmr_table it_;
};

} // namespace detail

using cells_view = view<detail::cell_source>;
using rows_view = input_view<detail::row_source>;

/* All cells of a table, which may be quoted as in RFC 4180. */
[[nodiscard]] inline cells_view cells(
	borrowed bytes, char delimiter = ',', on_error err = on_error())
{
	return cells_view({bytes, delimiter}, err);
}

/* The rows of a table. A row is a std::vector<cell>, whose memory serves all rows. */
[[nodiscard]] inline rows_view rows(borrowed bytes, char delimiter = ',', on_error err = on_error())
{
	return rows_view({bytes, delimiter}, err);
}

/* --- Matches, positions, chunks --------------------------------------------------------------- */

namespace detail
{

struct match_source : text_source {
	using state = mmr_matches;
	mmr_slice bytes;
	mmr_slice text;

	state start() const noexcept
	{
		const mmr_needle needle = mmr_needle_of(text);

		return mmr_matches_of(bytes, &needle);
	}

	static bool next(state &it, raw &match) noexcept
	{
		return mmr_matches_next(&it, &match);
	}

	static int error(const state &it) noexcept
	{
		return mmr_matches_error(&it);
	}
};

struct reverse_match_source : match_source {
	static bool next(state &it, raw &match) noexcept
	{
		return mmr_matches_next_back(&it, &match);
	}
};

struct position_source {
	using raw = const char *;
	using value = const char *;
	using state = mmr_positions;
	mmr_slice bytes;
	mmr_slice set;

	state start() const noexcept
	{
		return mmr_positions_of_set(bytes, set);
	}

	static bool next(state &it, raw &at) noexcept
	{
		return mmr_positions_next(&it, &at);
	}

	static int error(const state &it) noexcept
	{
		return mmr_positions_error(&it);
	}

	static value get(raw at) noexcept
	{
		return at;
	}
};

struct chunk_source : text_source {
	using state = mmr_chunks;
	mmr_slice bytes;
	std::size_t len, overlap;

	state start() const noexcept
	{
		return mmr_chunks_of(bytes, len, overlap);
	}

	static bool next(state &it, raw &chunk) noexcept
	{
		return mmr_chunks_next(&it, &chunk);
	}

	static int error(const state &it) noexcept
	{
		return mmr_chunks_error(&it);
	}
};

} // namespace detail

using matches_view = view<detail::match_source>;
using reverse_matches_view = view<detail::reverse_match_source>;
using positions_view = view<detail::position_source>;
using chunks_view = view<detail::chunk_source>;

/* The matches of a literal text, which do not overlap. The offset of a match is
 * `match.data() - bytes.data()`.
 *
 * Lifetime: that of the bytes and of the text. */
[[nodiscard]] inline matches_view matches(borrowed bytes, borrowed text, on_error err = on_error())
{
	return matches_view({{}, bytes, text}, err);
}

/* Like matches, from the last one to the first. */
[[nodiscard]] inline reverse_matches_view reverse_matches(
	borrowed bytes, borrowed text, on_error err = on_error())
{
	return reverse_matches_view({{{}, bytes, text}}, err);
}

/* The addresses of all bytes that are one of 1 to MMR_POSITIONS_SET bytes. The offset of one is
 * `at - bytes.data()`. Lifetime: that of the bytes and of the set. */
[[nodiscard]] inline positions_view positions(
	borrowed bytes, borrowed set, on_error err = on_error())
{
	return positions_view({bytes, set}, err);
}

/* Chunks of `len` bytes, each of which starts `len - overlap` bytes after the previous one. */
[[nodiscard]] inline chunks_view chunks(
	borrowed bytes, std::size_t len, std::size_t overlap = 0, on_error err = on_error())
{
	return chunks_view({{}, bytes, len, overlap}, err);
}

/* --- Extents of a sparse file ----------------------------------------------------------------- */

namespace detail
{

struct extent_source {
	using state = mmr_extents;
	using raw = mmr_extent;
	using value = mmr_extent;
	const mmr_reader *reader;
	std::uint64_t off, len;

	state start() const noexcept
	{
		return reader ? mmr_extents_of_range(reader, off, len) : mmr_extents{nullptr, 0, 0};
	}

	static bool next(state &it, raw &extent) noexcept
	{
		return it.reader && mmr_extents_next(&it, &extent);
	}

	static int error(const state &) noexcept
	{
		return 0;
	}

	static value get(const raw &extent) noexcept
	{
		return extent;
	}
};

} // namespace detail

using extents_view = view<detail::extent_source>;

/* The ranges of data between the holes of a file. This cannot fail.
 *
 * Lifetime: until the reader is closed; it may be moved. */
[[nodiscard]] inline extents_view extents(
	const reader &file, std::uint64_t off = 0, std::uint64_t len = rest) noexcept
{
	std::error_code unused;

	return extents_view({file.get(), off, len}, unused);
}

extents_view extents(reader &&, std::uint64_t = 0, std::uint64_t = rest) = delete;

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
