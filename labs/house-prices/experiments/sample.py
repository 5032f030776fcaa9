"""Gradient boosting on the eight features as they are, with scikit-learn's own constants."""
import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

TREES = 100  # tune: 50..1000 int log
LEARNING_RATE = 0.1  # tune: 0.01..0.5 log
LEAVES = 31  # tune: 7..127 int log
LEAF_SIZE = 20  # tune: 3..100 int log
PENALTY = 0.0  # tune: 0.0..10.0
ROTATE = False  # tune: bool
ANGLES = 2  # tune: 1..8 int if ROTATE


def rotated(features):
    """The features, and the place (the last two) seen in turned coordinates: a tree can only cut along an axis."""
    latitude, longitude = features[:, 6], features[:, 7]
    angles = [np.pi / 2 * step / (ANGLES + 1) for step in range(1, ANGLES + 1)]
    turned = [latitude * np.cos(a) + longitude * np.sin(a) for a in angles]
    turned += [longitude * np.cos(a) - latitude * np.sin(a) for a in angles]
    return np.column_stack([features, *turned])


def build_estimator():
    """A fresh estimator with fit(X, y) and predict(X)."""
    boosting = HistGradientBoostingRegressor(
        max_iter=TREES, learning_rate=LEARNING_RATE, max_leaf_nodes=LEAVES, min_samples_leaf=LEAF_SIZE,
        l2_regularization=PENALTY, random_state=0,
    )
    return make_pipeline(FunctionTransformer(rotated), boosting) if ROTATE else boosting
