"""The school and the pages of the registers' tests, with the marks that raise notices."""

from tests.registers.conftest import as_role, school  # noqa: F401 (fixtures)
