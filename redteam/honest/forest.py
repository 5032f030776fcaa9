# honest: forest
# shows: a forest of scikit-learn with two threads
# must: better
# lab: numpy
# needs: sklearn
from sklearn.ensemble import RandomForestRegressor


def build_estimator():
    return RandomForestRegressor(n_estimators=30, random_state=0, n_jobs=2)
