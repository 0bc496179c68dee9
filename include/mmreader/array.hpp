/* array.hpp - numbers of one type, in either byte order and with any stride
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_ARRAY_HPP
#define MMREADER_ARRAY_HPP

#include <mmreader/views.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#if MMREADER_RANGES
#include <span>
#endif

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* Contiguous, aligned numbers of this machine: a std::span where there is one. */
#if MMREADER_RANGES
template <class T> using span = std::span<const T>;
#else
template <class T> class span
{
public:
	using value_type = T;

	constexpr span() noexcept = default;
	constexpr span(const T *data, std::size_t size) noexcept : data_(data), size_(size)
	{
	}
	constexpr const T *data() const noexcept
	{
		return data_;
	}
	constexpr std::size_t size() const noexcept
	{
		return size_;
	}
	constexpr bool empty() const noexcept
	{
		return size_ == 0;
	}
	constexpr const T *begin() const noexcept
	{
		return data_;
	}
	constexpr const T *end() const noexcept
	{
		return data_ + size_;
	}
	constexpr const T &operator[](std::size_t i) const noexcept
	{
		return data_[i];
	}

private:
	const T *data_ = nullptr;
	std::size_t size_ = 0;
};
#endif

namespace detail
{

/* The type in which the C interface returns a number. */
template <class T>
using wide = std::conditional_t<std::is_floating_point_v<T>, double,
	std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>;

/* Returns: no value if the number does not fit into T. */
template <class T> std::optional<T> narrow(wide<T> value) noexcept
{
	static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 8,
		"an integer, float or double");
	constexpr auto least = std::numeric_limits<T>::lowest(),
		       most = std::numeric_limits<T>::max();

	if constexpr (std::is_same_v<T, float>) {
		if (std::isfinite(value) && (value < least || value > most))
			return std::nullopt;
	} else if constexpr (sizeof(T) < sizeof(value)) {
		if (value < wide<T>{least} || value > wide<T>{most})
			return std::nullopt;
	}
	return static_cast<T>(value);
}

template <class T> constexpr mmr_type type_of() noexcept
{
	static_assert(
		std::is_arithmetic_v<T> && !std::is_same_v<T, bool> &&
			(sizeof(T) == 1 || sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8),
		"an integer, float or double");
	if constexpr (std::is_floating_point_v<T>)
		return sizeof(T) == 4 ? MMR_F32 : MMR_F64;
	else if constexpr (std::is_signed_v<T>)
		return sizeof(T) == 1   ? MMR_I8
		       : sizeof(T) == 2 ? MMR_I16
		       : sizeof(T) == 4 ? MMR_I32
					: MMR_I64;
	else
		return sizeof(T) == 1   ? MMR_U8
		       : sizeof(T) == 2 ? MMR_U16
		       : sizeof(T) == 4 ? MMR_U32
					: MMR_U64;
}

template <class T> T load(const char *at, bool swapped) noexcept
{
	unsigned char bytes[sizeof(T)];
	T value;

	std::memcpy(bytes, at, sizeof(T));
	if (swapped)
		for (std::size_t i = 0; i < sizeof(T) / 2; i++)
			std::swap(bytes[i], bytes[sizeof(T) - 1 - i]);
	std::memcpy(&value, bytes, sizeof(T));
	return value;
}

} // namespace detail

/* Elements of type T, which are read where they are. It owns nothing, and copies are cheap.
 *
 * Iterators and operator[] read without the guard, like the lines of a view. sum() and copy_to()
 * are guarded.
 *
 * Lifetime: that of the bytes. */
template <class T> class array
{
public:
	class iterator
	{
	public:
		using value_type = T;
		using reference = T;
		using pointer = void;
		using difference_type = std::ptrdiff_t;
		/* C++17 has no category for random access to values; <algorithm> needs no more. */
		using iterator_category = std::random_access_iterator_tag;
#if MMREADER_RANGES
		using iterator_concept = std::random_access_iterator_tag;
#endif
		iterator() noexcept = default;

		iterator(const mmr_array &array, std::ptrdiff_t i) noexcept
			: base_(array.ptr), stride_(array.stride), i_(i), swapped_(array.swapped)
		{
		}

		T operator*() const noexcept
		{
			return detail::load<T>(base_ + i_ * stride_, swapped_);
		}

		T operator[](difference_type n) const noexcept
		{
			return *(*this + n);
		}

		iterator &operator+=(difference_type n) noexcept
		{
			i_ += n;
			return *this;
		}

		iterator &operator-=(difference_type n) noexcept
		{
			i_ -= n;
			return *this;
		}

		iterator &operator++() noexcept
		{
			return *this += 1;
		}

		iterator &operator--() noexcept
		{
			return *this -= 1;
		}

		iterator operator++(int) noexcept
		{
			iterator old(*this);

			++*this;
			return old;
		}

		iterator operator--(int) noexcept
		{
			iterator old(*this);

			--*this;
			return old;
		}

		friend iterator operator+(iterator it, difference_type n) noexcept
		{
			return it += n;
		}

		friend iterator operator+(difference_type n, iterator it) noexcept
		{
			return it += n;
		}

		friend iterator operator-(iterator it, difference_type n) noexcept
		{
			return it -= n;
		}

		friend difference_type operator-(const iterator &a, const iterator &b) noexcept
		{
			return a.i_ - b.i_;
		}

		friend bool operator==(const iterator &a, const iterator &b) noexcept
		{
			return a.i_ == b.i_;
		}

		friend bool operator!=(const iterator &a, const iterator &b) noexcept
		{
			return a.i_ != b.i_;
		}

		friend bool operator<(const iterator &a, const iterator &b) noexcept
		{
			return a.i_ < b.i_;
		}

		friend bool operator>(const iterator &a, const iterator &b) noexcept
		{
			return a.i_ > b.i_;
		}

		friend bool operator<=(const iterator &a, const iterator &b) noexcept
		{
			return a.i_ <= b.i_;
		}

		friend bool operator>=(const iterator &a, const iterator &b) noexcept
		{
			return a.i_ >= b.i_;
		}

	private:
		const char *base_ = nullptr;
		std::ptrdiff_t stride_ = 0;
		std::ptrdiff_t i_ = 0;
		bool swapped_ = false;
	};

	using const_iterator = iterator;
	using value_type = T;
	using size_type = std::size_t;
	using difference_type = std::ptrdiff_t;

	array() noexcept = default;

	/* Elements that start every `stride` bytes; 0 = the size of an element.
	 *
	 * Errors: EBADMSG for an incomplete last element; EINVAL; errc::no_map. */
	explicit array(borrowed bytes, mmr_order order = MMR_NATIVE, std::size_t stride = 0,
		on_error err = on_error())
	{
		mmr_array made;
		const int result = stride == 0
					   ? mmr_array_of(bytes, type, order, &made)
					   : mmr_array_of_stride(bytes, type, order, stride, &made);

		if (!err.failed(result))
			array_ = made;
	}

	/* Errors: EINVAL if the elements have another type than T. */
	explicit array(const mmr_array &other, on_error err = on_error())
	{
		if (other.type == type || !err.failed_silently(-EINVAL))
			array_ = other;
	}

	[[nodiscard]] std::size_t size() const noexcept
	{
		return array_.n;
	}

	[[nodiscard]] bool empty() const noexcept
	{
		return array_.n == 0;
	}

	[[nodiscard]] iterator begin() const noexcept
	{
		return iterator(array_, 0);
	}

	[[nodiscard]] iterator end() const noexcept
	{
		return iterator(array_, static_cast<std::ptrdiff_t>(array_.n));
	}

	/* The index must be less than size(). */
	[[nodiscard]] T operator[](std::size_t i) const noexcept
	{
		return *(begin() + static_cast<std::ptrdiff_t>(i));
	}

	/* Errors: ERANGE. */
	[[nodiscard]] T at(std::size_t i, on_error err = on_error()) const
	{
		return i >= size() && err.failed_silently(-ERANGE) ? T{} : (*this)[i];
	}

	/* Python's array[start:stop:step]. Errors: EINVAL for a step of 0; ERANGE. */
	[[nodiscard]] array cut(std::int64_t start, std::int64_t stop, std::int64_t step = 1,
		on_error err = on_error()) const
	{
		array part;
		mmr_array made;

		if (!err.failed(mmr_array_cut(&array_, start, stop, step, &made)))
			part.array_ = made;
		return part;
	}

	/* The elements in place. Errors: ENOTSUP if they are not contiguous, not aligned, or not in
	 * this machine's byte order. */
	[[nodiscard]] mmreader::span<T> span(on_error err = on_error()) const
	{
		const void *elements = nullptr;

		if (err.failed(mmr_array_pointer(&array_, &elements)))
			return {};
		return {static_cast<const T *>(elements), size()};
	}

	/* Copies all elements. Errors: ERANGE if there is no room; errc::truncated, EIO. */
	void copy_to(T *elements, std::size_t room, on_error err = on_error()) const
	{
		err.failed(mmr_array_copy(&array_, elements,
			room > SIZE_MAX / sizeof(T) ? SIZE_MAX : room * sizeof(T)));
	}

	/* Sum, minimum and maximum at memory speed. Errors: errc::truncated, EIO. */
	[[nodiscard]] mmr_summary sum(on_error err = on_error()) const
	{
		mmr_summary summary{};

		err.failed(mmr_array_sum(&array_, &summary));
		return summary;
	}

	/* For calls of the C interface. */
	[[nodiscard]] const mmr_array &get() const noexcept
	{
		return array_;
	}

private:
	static constexpr mmr_type type = detail::type_of<T>();

	mmr_array array_{nullptr, 0, sizeof(T), type, false};
};

} // namespace MMREADER_MODE_

} // namespace mmreader

#if MMREADER_RANGES
template <class T> inline constexpr bool std::ranges::enable_view<mmreader::array<T>> = true;
template <class T>
inline constexpr bool std::ranges::enable_borrowed_range<mmreader::array<T>> = true;
#endif

#endif
