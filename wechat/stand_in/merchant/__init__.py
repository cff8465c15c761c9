"""WeChat Pay v3 as the stand-in plays it: one merchant, its orders, refunds, transfers and bills."""
