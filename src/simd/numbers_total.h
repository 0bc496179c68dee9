/* numbers_total.h - sum, minimum and maximum of elements in lanes of one type
 *
 * Included by numbers_template.h for each type of lanes, which defines beforehand:
 *
 *	total_of, totals_of    the names of the functions
 *	LANE, LANES            the type of a lane, and the vector of such lanes
 *	MIN(v, w), MAX(v, w)   of each lane; w where v is NaN
 *	LOWEST, HIGHEST        the limits of LANE
 *
 * One function over vectors of a single type, cast for each operation, would be shorter. But gcc 12
 * then copies each sum, minimum and maximum in every step.
 *
 * SPDX-License-Identifier: MIT */

/* `type` and its `size` are constants in every call, so that the compiler makes a loop for each. */
TARGET SIMD_INLINE struct simd_total total_of(
	const char *ptr, size_t n, enum mmr_type type, size_t size)
{
	enum {
		WIDTH = sizeof(LANES) / sizeof(LANE),
		N_LANES = N_VECTORS * WIDTH
	};
	const bool halves = type == MMR_U64 || type == MMR_I64;
	const size_t len = WIDTH * size; /* of the elements of one vector */
	const size_t n_steps = n / N_LANES, n_rest = n % N_LANES;
	const size_t stream = n_steps * STEP_VECTORS * len;
	LANE sums[N_LANES], mins[WIDTH + N_LANES], maxs[WIDTH + N_LANES];
	LANES sum[N_VECTORS], min[N_VECTORS], max[N_VECTORS], v;
	u64s low[N_VECTORS], high[N_VECTORS];
	struct simd_total total = {.sum = 0};
	size_t i, k;

#pragma GCC unroll 8
	for (k = 0; k < N_VECTORS; k++) {
		sum[k] = (LANES){0};
		min[k] = (LANES){0} + HIGHEST;
		max[k] = (LANES){0} + LOWEST;
		low[k] = high[k] = (u64s){0};
	}
	for (i = 0; i < n_steps; i++) {
#pragma GCC unroll 8
		for (k = 0; k < N_VECTORS; k++) {
			v = (LANES)load(ptr + k / STEP_VECTORS * stream +
						(i * STEP_VECTORS + k % STEP_VECTORS) * len,
				type);
			if (halves)
				add_halves(&low[k], &high[k], (u64s)v);
			else
				sum[k] += v;
			min[k] = (LANES)MIN(v, min[k]);
			max[k] = (LANES)MAX(v, max[k]);
		}
	}
	/* Zeros complete the last step. They are added, but not compared. */
	if (n_rest > 0) {
		char padded[N_LANES * sizeof(LANE)] = {0};

		memcpy(padded, ptr + n_steps * N_LANES * size, n_rest * size);
#pragma GCC unroll 8
		for (k = 0; k < N_VECTORS; k++) {
			v = (LANES)load(padded + k * len, type);
			if (halves)
				add_halves(&low[k], &high[k], (u64s)v);
			else
				sum[k] += v;
			memcpy((char *)(mins + WIDTH) + k * sizeof(v), &v, sizeof(v));
			memcpy((char *)(maxs + WIDTH) + k * sizeof(v), &v, sizeof(v));
		}
	}
#pragma GCC unroll 8
	for (k = 1; k < N_VECTORS; k++) {
		min[0] = (LANES)MIN(min[k], min[0]);
		max[0] = (LANES)MAX(max[k], max[0]);
	}
	memcpy(mins, &min[0], sizeof(min[0]));
	memcpy(maxs, &max[0], sizeof(max[0]));
	for (k = 1; k < WIDTH + n_rest; k++) {
		mins[0] = mins[k] < mins[0] ? mins[k] : mins[0];
		maxs[0] = maxs[k] > maxs[0] ? maxs[k] : maxs[0];
	}
	memcpy(sums, sum, sizeof(sums));
	for (i = N_LANES / 2; i > 0; i /= 2)
		for (k = 0; k < i; k++)
			sums[k] += sums[k + i];
	if (type >= MMR_F16) {
		total.sum = (double)sums[0];
		total.min.f64 = (double)mins[0];
		total.max.f64 = (double)maxs[0];
	} else {
		/* A piece is small enough that its sum does not overflow a LANE. */
		total.wide.low = (uint64_t)sums[0];
		total.wide.high = sums[0] < 0 ? -1 : 0;
		total.min.i64 = (int64_t)mins[0];
		total.max.i64 = (int64_t)maxs[0];
	}
	if (halves)
		total.wide = sum_of_halves(low, high);
	return total;
}

/* Like total_of for SIMD_PLACES pieces in step, one stream of each piece after the other. Each
 * vector of sums adds the same elements in the same order as in total_of. */
TARGET SIMD_INLINE struct simd_totals totals_of(const char *ptr, enum mmr_type type, size_t size)
{
	enum {
		WIDTH = sizeof(LANES) / sizeof(LANE),
		N_LANES = N_VECTORS * WIDTH
	};
	const bool halves = type == MMR_U64 || type == MMR_I64;
	const size_t len = WIDTH * size, stream = SIMD_GRAIN / N_STREAMS;
	LANE sums[SIMD_PLACES][N_LANES], mins[WIDTH], maxs[WIDTH];
	LANES sum[N_VECTORS], min[N_VECTORS], max[N_VECTORS], v;
	u64s low[N_VECTORS], high[N_VECTORS];
	struct simd_totals totals = {.sums = {0}};
	size_t s, i, k, place;

	_Static_assert(SIMD_PLACES == N_STREAMS, "there are as many vectors as in total_of");
#pragma GCC unroll 8
	for (k = 0; k < N_VECTORS; k++) {
		min[k] = (LANES){0} + HIGHEST;
		max[k] = (LANES){0} + LOWEST;
		low[k] = high[k] = (u64s){0};
	}
	for (s = 0; s < N_STREAMS; s++, ptr += stream) {
#pragma GCC unroll 8
		for (k = 0; k < N_VECTORS; k++)
			sum[k] = (LANES){0};
		for (i = 0; i < stream; i += STEP_VECTORS * len) {
#pragma GCC unroll 8
			for (k = 0; k < N_VECTORS; k++) {
				v = (LANES)load(ptr + k / STEP_VECTORS * SIMD_APART + i +
							k % STEP_VECTORS * len,
					type);
				if (halves)
					add_halves(&low[k], &high[k], (u64s)v);
				else
					sum[k] += v;
				min[k] = (LANES)MIN(v, min[k]);
				max[k] = (LANES)MAX(v, max[k]);
			}
		}
#pragma GCC unroll 8
		for (k = 0; k < N_VECTORS; k++)
			memcpy(&sums[k / STEP_VECTORS]
				    [(s * STEP_VECTORS + k % STEP_VECTORS) * WIDTH],
				&sum[k], sizeof(sum[k]));
	}
#pragma GCC unroll 8
	for (k = 1; k < N_VECTORS; k++) {
		min[0] = (LANES)MIN(min[k], min[0]);
		max[0] = (LANES)MAX(max[k], max[0]);
	}
	memcpy(mins, &min[0], sizeof(min[0]));
	memcpy(maxs, &max[0], sizeof(max[0]));
	for (k = 1; k < WIDTH; k++) {
		mins[0] = mins[k] < mins[0] ? mins[k] : mins[0];
		maxs[0] = maxs[k] > maxs[0] ? maxs[k] : maxs[0];
	}
	for (place = 0; place < SIMD_PLACES; place++) {
		for (i = N_LANES / 2; i > 0; i /= 2)
			for (k = 0; k < i; k++)
				sums[place][k] += sums[place][k + i];
		if (type >= MMR_F16)
			totals.sums[place] = (double)sums[place][0];
		else
			wide_add(&totals.wide, (struct wide){(uint64_t)sums[place][0],
						       sums[place][0] < 0 ? -1 : 0});
	}
	if (type >= MMR_F16) {
		totals.min.f64 = (double)mins[0];
		totals.max.f64 = (double)maxs[0];
	} else {
		totals.min.i64 = (int64_t)mins[0];
		totals.max.i64 = (int64_t)maxs[0];
	}
	if (halves)
		totals.wide = sum_of_halves(low, high);
	return totals;
}

#undef total_of
#undef totals_of
#undef LANE
#undef LANES
#undef MIN
#undef MAX
#undef LOWEST
#undef HIGHEST
