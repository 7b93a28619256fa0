def tell(run, step, steps):
    pass
