"""Products of NumPy on one thread."""
import numpy as np
import pytest
import threadpoolctl

from common import blas_threads
from common.blas_threads import one_blas_thread


def n_threads():
    return {library["num_threads"] for library in threadpoolctl.threadpool_info()
            if library["user_api"] == "blas"}


def test_products_have_one_thread_inside_and_as_many_as_before_afterwards():
    np.dot(np.ones([2, 2]), np.ones([2, 2]))
    before = n_threads()
    with one_blas_thread():
        assert n_threads() == {1}
        with one_blas_thread():
            assert n_threads() == {1}
        assert n_threads() == {1}
    assert n_threads() == before


def test_libraries_are_searched_once_since_a_search_can_block_threads_that_import(monkeypatch):
    with one_blas_thread():
        pass
    monkeypatch.setattr(blas_threads, "ThreadpoolController",
                        lambda: pytest.fail("a second search"))
    with one_blas_thread():
        pass
