/* base.c - the version of the library, and how it reads
 *
 * This program prints the version of the library, its kernels, and the order in which it counts:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <stdio.h>

int main(void)
{
	printf("mmreader %s\n", mmr_version());
	printf("kernels: %s\n", mmr_kernel_name());
	printf("order: %s\n", mmr_kernel_order());
	return 0;
}
