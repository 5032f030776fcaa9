"""A support vector machine on the raw pixels, with constants that nobody has looked at."""
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

KERNEL = "linear"  # tune: {linear, rbf, poly}
C = 0.01  # tune: 0.001..1000.0 log
GAMMA = 0.0001  # tune: 0.00001..1.0 log if KERNEL in {rbf, poly}
DEGREE = 2  # tune: 2..5 int if KERNEL=poly
COEF0 = 0.0  # tune: 0.0..10.0 if KERNEL=poly
STANDARDIZE = True  # tune: bool


def build_estimator():
    """A fresh estimator with fit(X, y) and predict(X). X holds 64 pixels a row, each 0 to 16."""
    scale = StandardScaler() if STANDARDIZE else FunctionTransformer(lambda pixels: pixels / 16.0)
    return make_pipeline(scale, SVC(kernel=KERNEL, C=C, gamma=GAMMA, degree=DEGREE, coef0=COEF0))
