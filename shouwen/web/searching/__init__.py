"""搜索: the box above every page, its results page, and choosing things in forms."""
