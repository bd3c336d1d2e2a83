"""The names of SVG with capitals: HTML knows no capitals and XML does, so a drawing that went
through HTML has lost them. The tables are those by which a browser puts them back.

See "adjust SVG attributes" and "any other start tag" in foreign content,
https://html.spec.whatwg.org/multipage/parsing.html
"""

from bs4 import BeautifulSoup

_ELEMENTS = """
animateMotion animateTransform clipPath feBlend feColorMatrix feComponentTransfer feComposite
feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA
feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset
fePointLight feSpecularLighting feSpotLight feTile feTurbulence foreignObject linearGradient
radialGradient textPath
"""
_ATTRIBUTES = """
attributeName attributeType baseFrequency baseProfile calcMode clipPathUnits diffuseConstant
edgeMode filterUnits glyphRef gradientTransform gradientUnits kernelMatrix kernelUnitLength
keyPoints keySplines keyTimes lengthAdjust limitingConeAngle markerHeight markerUnits markerWidth
maskContentUnits maskUnits numOctaves pathLength patternContentUnits patternTransform patternUnits
pointsAtX pointsAtY pointsAtZ preserveAlpha preserveAspectRatio primitiveUnits refX refY repeatCount
repeatDur requiredExtensions requiredFeatures specularConstant specularExponent spreadMethod
startOffset stdDeviation stitchTiles surfaceScale systemLanguage tableValues targetX targetY
textLength viewBox viewTarget xChannelSelector yChannelSelector zoomAndPan
"""
ELEMENTS = {name.lower(): name for name in _ELEMENTS.split()}
ATTRIBUTES = {name.lower(): name for name in _ATTRIBUTES.split()}


def restore_capitals(text: BeautifulSoup) -> None:
    """Give the drawings in ``text`` the names that XML asks for, in place."""
    for element in text.select("svg, svg *"):
        element.name = ELEMENTS.get(element.name, element.name)
        element.attrs = {ATTRIBUTES.get(name, name): value for name, value in element.attrs.items()}
