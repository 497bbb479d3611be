// Plain C: the compiler cuts the vectors into what every processor of the kind has.
#include "kernels.h"

#define TABLE assay_field_portable

#include "kernels/lanes.h"
#include "kernels/transform.h"
#include "kernels/load.h"
#include "kernels/rows.h"
#include "kernels/table.h"
