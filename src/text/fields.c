/* fields.c - iterates over the fields of a line
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"

#include <mmreader/fields.h>

mmr_fields mmr_fields_of(mmr_slice line, char delimiter)
{
	mmr_fields it;

	it.positions = mmr_positions_of(line, delimiter);
	it.field = line.ptr ? line.ptr : "";
	it.stop = it.field + line.len;
	return it;
}

/* After the last delimiter there is always one more field. */
bool mmr_fields_last_(mmr_fields *it, mmr_slice *ret_field)
{
	if (it->positions.error < 0 || !it->field)
		return false;
	ret_field->ptr = it->field;
	ret_field->len = (size_t)(it->stop - it->field);
	it->field = NULL;
	return true;
}

DEFINE_FILL(mmr_fields_fill, mmr_fields, mmr_slice, mmr_fields_next)
