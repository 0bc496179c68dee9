/* record.hpp - binary records of a fixed layout, read field by field
 *
 *	mmreader::layout trade("id:u64le,price:f64le,name:16s");
 *	const mmr_field *price = trade.find("price");
 *
 *	for (mmreader::record record : mmreader::records(trade, file))
 *		total += record.get<double>(price);
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_RECORD_HPP
#define MMREADER_RECORD_HPP

#include <mmreader/array.hpp>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* The fields of a record. */
class layout
{
public:
	layout() noexcept = default;

	explicit layout(std::string_view text, on_error err = on_error())
	{
		mmr_layout *parsed = nullptr;

		if (!err.failed(mmr_layout_parse(detail::slice(text), &parsed)))
			handle_.reset(parsed);
	}

	explicit operator bool() const noexcept
	{
		return static_cast<bool>(handle_);
	}

	[[nodiscard]] const mmr_layout *get() const noexcept
	{
		return handle_.get();
	}

	/* Bytes of a record; 0 for an empty layout. */
	[[nodiscard]] std::size_t size() const noexcept
	{
		return handle_ ? mmr_layout_size(get()) : 0;
	}

	[[nodiscard]] std::size_t n_fields() const noexcept
	{
		return handle_ ? mmr_layout_n_fields(get()) : 0;
	}

	/* Returns: NULL when there is no such field. Lifetime: that of the layout, which may be
	 * moved. */
	[[nodiscard]] const mmr_field *field(std::size_t number) const noexcept
	{
		return handle_ ? mmr_layout_field(get(), number) : nullptr;
	}

	[[nodiscard]] const mmr_field *find(const char *name) const noexcept
	{
		return handle_ ? mmr_layout_find(get(), name) : nullptr;
	}

private:
	detail::handle<mmr_layout, mmr_layout_close> handle_;
};

/* One record: a view of its bytes. */
class record
{
public:
	record() noexcept = default;

	explicit record(std::string_view bytes) noexcept : bytes_(bytes)
	{
	}

	[[nodiscard]] std::string_view bytes() const noexcept
	{
		return bytes_;
	}

	/* The value of a field: a number, converted without loss, or a std::string_view of the
	 * bytes without trailing NULs. A float may be rounded from a double.
	 *
	 * Shape: the field is one of the layout of the record; NULL is an error.
	 * Errors: EINVAL for NULL and for text as a number; ERANGE. */
	template <class T>
	[[nodiscard]] T get(const mmr_field *field, on_error err = on_error()) const
	{
		const mmr_slice slice = detail::slice(bytes_);

		if (!field) {
			err.failed_silently(-EINVAL);
			return T{};
		}
		if constexpr (std::is_same_v<T, std::string_view>) {
			return detail::bytes(mmr_record_text(slice, field));
		} else {
			detail::wide<T> value{};
			int result;

			if constexpr (std::is_floating_point_v<T>)
				result = mmr_record_f64(slice, field, &value);
			else if constexpr (std::is_signed_v<T>)
				result = mmr_record_i64(slice, field, &value);
			else
				result = mmr_record_u64(slice, field, &value);
			if (err.failed(result))
				return T{};

			const std::optional<T> fits = detail::narrow<T>(value);

			if (!fits)
				err.failed_silently(-ERANGE);
			return fits.value_or(T{});
		}
	}

private:
	std::string_view bytes_;
};

namespace detail
{

struct record_source {
	using state = mmr_records;
	using raw = mmr_slice;
	using value = record;
	const mmr_layout *layout;
	mmr_slice bytes;
	std::uint64_t header;

	state start() const noexcept
	{
		mmr_records none{};

		if (layout)
			return mmr_records_of(layout, bytes, header);
		none.size = 1;
		return none;
	}

	static bool next(state &it, raw &record) noexcept
	{
		return mmr_records_next(&it, &record);
	}

	static int error(const state &it) noexcept
	{
		return mmr_records_error(&it);
	}

	static value get(const raw &record) noexcept
	{
		return value(detail::bytes(record));
	}
};

} // namespace detail

using records_view = view<detail::record_source>;

/* The records after the first `header` bytes.
 *
 * Errors: EINVAL at once for an empty layout; those of mmr_records_error at the end.
 * Lifetime: that of the bytes and of the layout. */
[[nodiscard]] inline records_view records(
	const layout &layout, borrowed bytes, std::uint64_t header = 0, on_error err = on_error())
{
	if (!layout)
		err.failed_silently(-EINVAL);
	return records_view({layout.get(), bytes, header}, err);
}

records_view records(layout &&, borrowed, std::uint64_t = 0, on_error = on_error()) = delete;

/* One record by its number. Errors: ERANGE; errc::no_map. */
[[nodiscard]] inline record record_at(const layout &layout, borrowed bytes, std::uint64_t number,
	std::uint64_t header = 0, on_error err = on_error())
{
	mmr_slice found = {nullptr, 0};

	if (layout)
		err.failed(mmr_record_at(layout.get(), bytes, header, number, &found));
	else
		err.failed_silently(-EINVAL);
	return record(detail::bytes(found));
}

/* All values of one field, whose type must be T.
 *
 * Errors: EINVAL for NULL, an empty layout, text and another type; EBADMSG; errc::no_map. */
template <class T>
[[nodiscard]] array<T> column(const layout &layout, borrowed bytes, const mmr_field *field,
	std::uint64_t header = 0, on_error err = on_error())
{
	mmr_array made;

	if (!layout || !field) {
		err.failed_silently(-EINVAL);
		return {};
	}
	if (err.failed(mmr_layout_column(layout.get(), bytes, header, field, &made)))
		return {};
	if (made.type != array<T>().get().type) {
		err.failed_silently(-EINVAL);
		return {};
	}
	return array<T>(made, err);
}

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
