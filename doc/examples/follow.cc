/* follow.cc - follow.c in C++
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include <csignal>
#include <iostream>
#include <string>

namespace
{

mmreader::follower *followed;

void print_lines(const char *name, std::string_view bytes, std::string_view text)
{
	for (std::string_view line : mmreader::lines(bytes))
		if (auto found = mmreader::matches(line, text); found.begin() != found.end())
			std::cout << name << ": " << line << '\n';
	std::cout.flush();
}

/* Prints the lines of an event. The start of a line comes again, together with its end. */
void grow(const mmreader::follow_event &event, const char *name, std::string_view text)
{
	std::error_code code;
	std::string bytes = event.file().read_at(
		event.start, static_cast<std::size_t>(event.stop - event.start), code);

	if (event.kind == MMR_FOLLOW_GREW) {
		bytes.resize(code ? 0 : bytes.rfind('\n') + 1);
		followed->used(event.number, event.start + bytes.size(), code);
	}
	print_lines(name, bytes, text);
}

/* Returns: whether the program should go on. */
bool handle(const mmreader::follow_event &event, char **names, std::string_view text)
{
	const char *name = event.number < 0 ? "" : names[event.number];

	switch (event.kind) {
	case MMR_FOLLOW_GREW:
		grow(event, name, text);
		return true;
	case MMR_FOLLOW_ENDED:
		if (!event.code)
			grow(event, name, text);
		return true;
	case MMR_FOLLOW_TRUNCATED:
		std::cerr << name << ": truncated\n";
		return true;
	case MMR_FOLLOW_REPLACED:
		std::cerr << name << ": replaced\n";
		return true;
	case MMR_FOLLOW_GONE:
		std::cerr << name << ": " << event.code.message() << "; waiting for it\n";
		return true;
	case MMR_FOLLOW_FAILED:
		std::cerr << "follow: " << mmreader::last_error() << '\n';
		return true;
	default:
		return event.kind != MMR_FOLLOW_INTERRUPTED;
	}
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 3) {
		std::cerr << "usage: follow TEXT FILE...\n";
		return 2;
	}
	try {
		mmreader::follow_options options;

		options.limit = 65536;
		mmreader::follower follower(options);

		for (int i = 2; i < argc; i++)
			follower.add(argv[i]);
		followed = &follower;
		std::signal(SIGINT, [](int) { followed->interrupt(); });
		/* The files have the numbers 0, 1, ... */
		while (auto event = follower.next())
			if (!handle(*event, argv + 2, argv[1]))
				break;
		std::signal(SIGINT, SIG_DFL);
		return 0;
	} catch (const mmreader::error &error) {
		std::cerr << "follow: " << error.what() << '\n';
		return 2;
	}
}
