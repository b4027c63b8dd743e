package athena.federation.conformance;

import com.fasterxml.jackson.databind.JsonNode;

final class JavaConnector {
    static JsonNode start(JsonNode command) { return null; }
}
