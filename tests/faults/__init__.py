"""Every fault between a house and its cloud, what the user sees of it, and what is lost: nothing."""

import pytest

pytest.register_assert_rewrite("tests.faults.house")
