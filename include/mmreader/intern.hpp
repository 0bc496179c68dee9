/* intern.hpp - gives equal texts the same small number
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_INTERN_HPP
#define MMREADER_INTERN_HPP

#include <mmreader/reader.hpp>

#include <vector>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* A pool of distinct texts. It can be moved; a pool that was moved from is empty and frozen. */
class intern_pool
{
public:
	/* `zero_copy`: new texts stay where they are, in the bytes of an open reader, which must
	 * live as long as the pool. `seed`: of the hash; 0 = made from the clock. */
	explicit intern_pool(
		bool zero_copy = false, std::uint64_t seed = 0, on_error err = on_error())
	{
		mmr_intern_options options = MMR_INTERN_OPTIONS_INIT;
		mmr_intern *opened = nullptr;

		options.zero_copy = zero_copy;
		options.seed = seed;
		if (!err.failed(mmr_intern_open(&options, &opened)))
			handle_.reset(opened);
	}

	[[nodiscard]] mmr_intern *get() const noexcept
	{
		return handle_.get();
	}

	/* The id of a text, which is added if it is new. Returns: MMR_INTERN_NONE at a failure. */
	std::uint32_t add(std::string_view text, on_error err = on_error())
	{
		std::uint32_t id = MMR_INTERN_NONE;

		if (!handle_)
			err.failed_silently(-EPERM);
		else
			err.failed(mmr_intern_add(get(), detail::slice(text), &id));
		return id;
	}

	/* Errors: EPERM for a frozen pool; errc::truncated, EIO. */
	[[nodiscard]] std::optional<std::uint32_t> find(
		std::string_view text, on_error err = on_error()) const
	{
		std::uint32_t id = 0;
		int result;

		if (!handle_) {
			err.failed_silently(-EPERM);
			return std::nullopt;
		}
		result = mmr_intern_find(get(), detail::slice(text), &id);
		if (err.failed(result) || result == 0)
			return std::nullopt;
		return id;
	}

	/* The text of an id. Errors: ERANGE. Lifetime: that of the pool. */
	[[nodiscard]] std::string_view text(std::uint32_t id, on_error err = on_error()) const
	{
		mmr_slice text = {nullptr, 0};

		if (!handle_)
			err.failed_silently(-ERANGE);
		else
			err.failed(mmr_intern_text(get(), id, &text));
		return detail::bytes(text);
	}

	/* The number of texts; all ids are less. */
	[[nodiscard]] std::uint32_t size() const noexcept
	{
		return handle_ ? mmr_intern_count(get()) : 0;
	}

	/* Bytes of heap. */
	[[nodiscard]] std::uint64_t heap() const noexcept
	{
		return handle_ ? mmr_intern_bytes(get()) : 0;
	}

	/* Frees the hash table. Then nothing can be added or found any more. */
	void freeze() noexcept
	{
		if (handle_)
			mmr_intern_freeze(get());
	}

	/* Adds all texts of another pool. Returns: the new id of each of its ids; none at a
	 * failure. */
	std::vector<std::uint32_t> merge(const intern_pool &other, on_error err = on_error())
	{
		std::vector<std::uint32_t> ids(other.size());

		if (!handle_)
			err.failed_silently(-EPERM);
		if (!handle_ || (other.handle_ && err.failed(mmr_intern_merge(
							  get(), other.get(), ids.data()))))
			ids.clear();
		return ids;
	}

private:
	detail::handle<mmr_intern, mmr_intern_close> handle_;
};

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
