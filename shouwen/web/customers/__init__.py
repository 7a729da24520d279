"""客户: finding customers, their page, uncovering their data, writing them."""
