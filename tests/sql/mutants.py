"""Every mutant; the suite must notice each one."""

from tests.sql.mutants_measured import MEASURED
from tests.sql.mutants_promised import PROMISED
from tests.sql.mutants_readings import READINGS

MUTANTS = (*MEASURED, *PROMISED, *READINGS)
