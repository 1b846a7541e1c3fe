# Returns no router.
42
