"""moto's server, whose Step Functions gets the JSONata that it has in LocalStack and does not bring along.

moto keeps LocalStack's bridge to a Java library, and an empty place for what the bridge evaluates by.
"""

import glob
import os
import sys

import jpype
from moto.server import main
from moto.stepfunctions.parser.asl.jsonata import jsonata

jpype.startJVM("-Xmx256m", classpath=glob.glob(os.path.join(sys.argv[1], "*.jar")))
bridge = jsonata._JSONataJVMBridge
bridge._java_OBJECT_MAPPER = jpype.JClass("com.fasterxml.jackson.databind.ObjectMapper")()
bridge._java_JSONATA = staticmethod(jpype.JClass("com.dashjoin.jsonata.Jsonata").jsonata)
jsonata._eval_jsonata = bridge.get().eval_jsonata

main(sys.argv[2:])
