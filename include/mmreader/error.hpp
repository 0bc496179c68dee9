/* error.hpp - error codes, the exception, and the last argument of calls that can fail
 *
 * Each call that can fail has a last argument of type on_error. If it is left out, a failure throws
 * mmreader::error. If it is a std::error_code, the call clears it, and stores a failure there; the
 * call then returns an empty or zero result. A range stores the failure when an iteration ends, so
 * the code must live as long as the range and its iterators, and is examined after the loop.
 *
 *	std::error_code code;
 *	mmreader::reader file("access.log", {}, code);
 *
 *	if (code == std::errc::no_such_file_or_directory)
 *		return;
 *	for (std::string_view line : mmreader::lines(file, {}, code))
 *		use(line);
 *	if (code)
 *		std::puts(mmreader::last_error());
 *
 * Exceptions of callbacks always reach the caller. Without exceptions (-fno-exceptions) a call that
 * leaves out the last argument does not compile, and containers that find no memory end the
 * program.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_ERROR_HPP
#define MMREADER_ERROR_HPP

#if __cplusplus < 201703L
#error "mmreader.hpp needs C++17 or later"
#endif

#include <mmreader.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#if __cplusplus >= 202002L
#include <version>
#endif

#if defined(__cpp_exceptions) || defined(__EXCEPTIONS)
#define MMREADER_EXCEPTIONS 1
#else
#define MMREADER_EXCEPTIONS 0
#endif

#if defined(__cpp_lib_ranges) && defined(__cpp_lib_span)
#define MMREADER_RANGES 1
#else
#define MMREADER_RANGES 0
#endif

/* Classes differ between these modes. So that parts of a program that are compiled in different
 * modes can be linked, each mode has an inline namespace. Errors are the same in all modes. */
#if MMREADER_EXCEPTIONS && MMREADER_RANGES
#define MMREADER_MODE_ cxx20
#elif MMREADER_EXCEPTIONS
#define MMREADER_MODE_ cxx17
#elif MMREADER_RANGES
#define MMREADER_MODE_ cxx20_no_exceptions
#else
#define MMREADER_MODE_ cxx17_no_exceptions
#endif

namespace mmreader
{

/* The codes that are not an errno. An errno compares equal to a member of std::errc. */
enum class errc {
	truncated = MMR_ETRUNCATED,
	changed = MMR_ECHANGED,
	no_map = MMR_ENOMAP,
	stream = MMR_ESTREAM,
	no_room = MMR_ENOROOM,
	long_line = MMR_ELONG,
	no_library = MMR_ENOLIB,
	unclosed_quote = MMR_EQUOTE,
	stale_index = MMR_ESTALE,
	damaged_index = MMR_EDAMAGED,
	unordered = MMR_EORDER,
	grown = MMR_EGROWN,
	replaced = MMR_EREPLACED
};

} // namespace mmreader

template <> struct std::is_error_code_enum<mmreader::errc> : std::true_type {
};

namespace mmreader
{

/* The category of the codes that the C calls return. Their values are negative. */
class MMR_API error_category final : public std::error_category
{
public:
	const char *name() const noexcept override
	{
		return "mmreader";
	}

	std::string message(int code) const override
	{
		return mmr_strerror(code);
	}

	std::error_condition default_error_condition(int code) const noexcept override
	{
		if (code < 0 && code >= -4095)
			return {-code, std::generic_category()};
		return {code, *this};
	}
};

MMR_API inline const std::error_category &category() noexcept
{
	static const error_category instance;

	return instance;
}

inline std::error_code make_error_code(errc code) noexcept
{
	return {static_cast<int>(code), category()};
}

/* The error message of this thread's last failure. Lifetime: until its next failing call. */
inline const char *last_error() noexcept
{
	return mmr_last_error();
}

/* The file offset of this thread's last failure, if it has one. */
inline std::optional<std::uint64_t> last_error_offset() noexcept
{
	const std::uint64_t off = mmr_last_error_offset();

	return off == UINT64_MAX ? std::nullopt : std::optional<std::uint64_t>(off);
}

/* A failure. what() is the message of the library, with the operation, its object and the reason.
 */
class MMR_API error : public std::system_error
{
public:
	error(int code, const char *message, std::optional<std::uint64_t> off)
		: std::system_error(code, category()), message_(message), offset_(off)
	{
	}

	const char *what() const noexcept override
	{
		return message_.what();
	}

	/* Units: bytes from the start of the file. Returns: no value if no offset is known. */
	std::optional<std::uint64_t> offset() const noexcept
	{
		return offset_;
	}

private:
	std::runtime_error message_; /* a string that can be copied without an exception */
	std::optional<std::uint64_t> offset_;
};

inline namespace MMREADER_MODE_
{

namespace detail
{

/* Stores a failure in `*code`, or throws it if `code` is NULL. */
#if defined(__GNUC__)
__attribute__((cold, noinline))
#endif
inline void
fail(std::error_code *code, int result, bool has_message)
{
	if (code) {
		code->assign(result, category());
		return;
	}
#if MMREADER_EXCEPTIONS
	if (has_message)
		throw error(result, mmr_last_error(), last_error_offset());
	throw error(result, mmr_strerror(result), std::nullopt);
#else
	(void)has_message;
#endif
}

} // namespace detail

/* What a call does when it fails: it throws, or stores the code. */
class on_error
{
public:
#if MMREADER_EXCEPTIONS
	on_error() noexcept = default;
#elif defined(__GNUC__)
	__attribute__((error("without exceptions, pass a std::error_code"))) on_error() noexcept;
#else
	on_error() noexcept; /* not defined */
#endif
	on_error(std::error_code &code) noexcept : code_(&code)
	{
		code.clear();
	}

	/* NULL if a failure throws. */
	std::error_code *code() const noexcept
	{
		return code_;
	}

	/* Whether a call failed that sets mmr_last_error. If it did, this throws or stores the
	 * failure. */
	bool failed(int result) const
	{
		if (result < 0)
			detail::fail(code_, result, true);
		return result < 0;
	}

	/* Like failed, for a result that comes without a message. */
	bool failed_silently(int result) const
	{
		if (result < 0)
			detail::fail(code_, result, false);
		return result < 0;
	}

private:
	std::error_code *code_ = nullptr;
};

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
