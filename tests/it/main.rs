//! Host tests of the widget's pure half.
