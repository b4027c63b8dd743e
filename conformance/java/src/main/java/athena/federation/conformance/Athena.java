package athena.federation.conformance;

import com.fasterxml.jackson.databind.JsonNode;

final class Athena {
    static JsonNode converse(JsonNode command) { return null; }
    static JsonNode send(JsonNode command) { return null; }
}
